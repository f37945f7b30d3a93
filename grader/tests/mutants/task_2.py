"""What people get wrong in an image that should be small and know nothing."""

from __future__ import annotations

from .mutant import Mutant

FROM = "FROM python:3.13-slim\n\n# Root owns"
COPY_PACKAGES, COPY_CODE = "COPY --from=build /packages /service/packages", "COPY alerter /service/alerter"
REQUIREMENTS = "COPY requirements.txt /build/"
INSTALL = "RUN pip install --no-cache-dir --no-compile"
#: Everything that is sent may go in: what a folder without .dockerignore comes to.
_OPEN = "# Nothing is kept out.\n"
_PIP = "pip install --no-cache-dir --no-compile --root-user-action=ignore --target /service/packages -r"
_ONE_STAGE = f"""\
FROM python:3.13-slim
COPY requirements.txt /build/
RUN {_PIP} /build/requirements.txt
COPY alerter /service/alerter
WORKDIR /service
ENV PYTHONPATH=/service/packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8001
HEALTHCHECK CMD ["python", "-m", "alerter", "--health"]
CMD ["python", "-m", "alerter"]
"""
_DECORATED = _ONE_STAGE.replace("COPY alerter", "COPY --from=build /etc/hostname /service/built-on\nCOPY alerter")

MULTI_STAGE, TOOLCHAIN = frozenset({"m1.multi_stage"}), frozenset({"m1.no_toolchain"})
SIZE, SIZE_25, SIZE_18 = frozenset({"m1.size"}), frozenset({"m1.size_25"}), frozenset({"m1.size_18"})
CACHE, CONTEXT = frozenset({"m1.layer_cache"}), frozenset({"m1.clean_context"})
SECRETS = frozenset({"m1.no_secrets"})


#: 40 and 15 MB of something, made in the builder; where it is made in the final stage, it is also no builder's.
_DATA, _SOME = "RUN head -c 40000000 /dev/urandom > /data", "RUN head -c 15000000 /dev/urandom > /data"
_COPY_DATA = "COPY --from=build /data /service/data"


MUTANTS = [
    Mutant(
        "compiled-by-hand",
        "The builder compiles everything, which nearly doubles what is copied.",
        SIZE_18,
        {"Dockerfile": ("&& rm -r /packages/bin", "&& rm -r /packages/bin && python -m compileall -q /packages")},
    ),
    Mutant("one-stage", "There is one stage, which installs and runs.", MULTI_STAGE, {"Dockerfile": _ONE_STAGE}),
    Mutant(
        "decorative-stage",
        "A first stage installs the packages, nobody takes them from it, and the final one installs them again.",
        MULTI_STAGE,
        {"Dockerfile": f"FROM python:3.13-slim AS build\nRUN true\n\n{_ONE_STAGE}"},
    ),
    Mutant(
        "token-copy",
        "Of the first stage, which installs the packages as well, one small file is copied.",
        MULTI_STAGE,
        {
            "Dockerfile": "FROM python:3.13-slim AS build\nCOPY requirements.txt /build/\n"
            f"RUN {_PIP} /build/requirements.txt\n\n{_DECORATED}"
        },
    ),
    Mutant(
        "from-the-builder",
        "The final stage is FROM the one that installs.",
        MULTI_STAGE,
        {
            "Dockerfile": [
                (FROM, "FROM build\n\n# Root owns"),
                (COPY_PACKAGES + "\n", ""),
                ("--target /packages", "--target /service/packages"),
                ("rm -r /packages/bin", "rm -r /service/packages/bin"),
            ]
        },
    ),
    Mutant(
        "whole-builder",
        "The builder is copied whole, its base included.",
        MULTI_STAGE,
        {
            "Dockerfile": [
                (COPY_PACKAGES, "COPY --from=build / /"),
                ("PYTHONPATH=/service/packages", "PYTHONPATH=/packages"),
            ]
        },
    ),
    Mutant(
        "deleted-compiler",
        "A compiler is put into the final stage, and a later line deletes it.",
        TOOLCHAIN,
        {
            "Dockerfile": (
                COPY_CODE,
                "RUN cp /bin/true /usr/local/bin/gcc && echo >> /usr/local/bin/gcc\n"
                f"RUN rm /usr/local/bin/gcc\n{COPY_CODE}",
            )
        },
    ),
    Mutant(
        "pip-cache",
        "The cache of pip, which only the builder needs, is copied along.",
        TOOLCHAIN,
        {
            "Dockerfile": [
                (INSTALL, "RUN mkdir -p /root/.cache/pip/http-v2/a && date > /root/.cache/pip/http-v2/a/b\n" + INSTALL),
                (COPY_PACKAGES, "COPY --from=build /root/.cache /root/.cache\n" + COPY_PACKAGES),
            ]
        },
    ),
    Mutant(
        "package-lists",
        "The lists of apt stay in the final stage.",
        TOOLCHAIN,
        {
            "Dockerfile": (
                COPY_CODE,
                "RUN echo 'Package: gcc' > /var/lib/apt/lists/deb.example.org_Packages\n" + COPY_CODE,
            )
        },
    ),
    Mutant(
        "deleted-later",
        "40 MB come in by one line, and the next deletes them.",
        SIZE,
        {"Dockerfile": [(REQUIREMENTS, f"{_DATA}\n{REQUIREMENTS}"),
                        (COPY_PACKAGES, f"{_COPY_DATA}\nRUN rm /service/data\n{COPY_PACKAGES}")]},
    ),
    Mutant(
        "data-among-packages",
        "40 MB of data that nobody reads lie among the packages.",
        SIZE,
        {"Dockerfile": (REQUIREMENTS, f"{_DATA} && mkdir /packages && mv /data /packages\n{REQUIREMENTS}")},
    ),
    Mutant(
        "unused-data",
        "15 MB of data that nobody reads come along.",
        SIZE_25,
        {"Dockerfile": [(REQUIREMENTS, f"{_SOME}\n{REQUIREMENTS}"),
                        (COPY_PACKAGES, f"{_COPY_DATA}\n{COPY_PACKAGES}")]},
    ),
    Mutant(
        "modes-in-a-line-of-their-own",
        "A line of its own changes the mode of every package's file: all are there twice.",
        SIZE_25,
        {"Dockerfile": (COPY_PACKAGES, f"{COPY_PACKAGES}\nRUN chmod -R g-r /service/packages")},
    ),
    Mutant(
        "bytecode",
        "pip compiles what it installs, and bytecode is most of the packages' size once more.",
        SIZE_18,
        {"Dockerfile": ("--no-cache-dir --no-compile", "--no-cache-dir")},
    ),
    Mutant(
        "code-first",
        "The code is copied before the packages are installed.",
        CACHE,
        {"Dockerfile": (REQUIREMENTS, "COPY alerter /build/alerter\n" + REQUIREMENTS)},
    ),
    Mutant(
        "all-in-one-layer",
        "Packages and code are put together in the builder and copied as one.",
        CACHE,
        {"Dockerfile": [("    && rm -r /packages/bin", "    && rm -r /packages/bin\nCOPY alerter /packages/alerter"),
                        (COPY_CODE + "\n", "")]},
    ),
    Mutant(
        "own-list",
        "The packages are named in the Dockerfile, and requirements.txt is read by nobody.",
        CACHE,
        {
            "Dockerfile": [
                ("--require-hashes --no-deps --target /packages --requirement /build/requirements.txt",
                 "--target /packages fastapi prometheus-client redis uvicorn"),
                (REQUIREMENTS + "\n", ""),
            ]
        },
    ),
    Mutant(
        "nothing-ignored",
        "There is no .dockerignore to speak of; the Dockerfile happens to copy little.",
        CONTEXT,
        {".dockerignore": _OPEN, "Dockerfile": (COPY_CODE, "COPY alerter/*.py alerter/BUILD /service/alerter/")},
    ),
    Mutant(
        "rooted-patterns",
        "`.env` and `*.pem` are kept out at the top, where alone these patterns hold, and come in one folder down.",
        CONTEXT,
        {
            ".dockerignore": ".env\n*.pem\n.git\n.venv\n__pycache__\n*.bin\n",
            "Dockerfile": (COPY_CODE, "COPY alerter/*.py alerter/BUILD /service/alerter/"),
        },
    ),
    Mutant(
        "secret-argument",
        "A token comes in as a build argument of the final stage: it stays in the history.",
        SECRETS,
        {"Dockerfile": (COPY_CODE, f"ARG INDEX_TOKEN=none\nRUN test -n \"$INDEX_TOKEN\"\n{COPY_CODE}")},
    ),
    Mutant(
        "secret-encoded",
        "A password is written in base64, as if that hid it, and deleted by the next line.",
        SECRETS,
        {
            "Dockerfile": [
                (INSTALL, 'ARG REDIS_PASSWORD=none\nRUN echo "r:$REDIS_PASSWORD" | base64 > /etc/login\n' + INSTALL),
                (COPY_PACKAGES, f"COPY --from=build /etc/login /etc/login\nRUN rm /etc/login\n{COPY_PACKAGES}"),
            ],
        },
    ),
    Mutant(
        "secret-variable",
        "The password of Redis is set in the image.",
        SECRETS,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 REDIS_PASSWORD=sesame")},
    ),
    Mutant(
        "copied-env",
        "The whole folder is copied, .env included.",
        CONTEXT | SECRETS,
        {".dockerignore": _OPEN, "Dockerfile": (COPY_CODE, "COPY . /service/")},
    ),
]  # fmt: skip
