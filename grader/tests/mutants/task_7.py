"""What people do to a broken stack: one fault is left as it was, or mended so that it comes back by another door."""

from __future__ import annotations

from .mutant import Mutant, Swap

COMPOSE, LEDGER, PRICES = (
    f"../repair/{file}" for file in ("docker-compose.yaml", "ledger/Dockerfile", "prices/Dockerfile")
)
HOST, PORT, VOLUME, STALE, MEMORY = (
    frozenset({f"m1.repair_{what}"}) for what in ("host_name", "port", "volume", "stale_image", "memory")
)
#: What the solution says.
SHOP = '    ports: ["127.0.0.1:8010:8080"]\n    environment:\n      QUEUE_HOST: queue\n    depends_on: [queue]\n'
DOOR, LIMIT = '"127.0.0.1:8012:8080"', "    mem_limit: 256m\n"
OWN_FOLDER, USER = "RUN install --directory --owner=10001 --group=10001 --mode=0755 /data\n", "USER 10001:10001\n"
VOLUME_LINE, VOLUMES = '    volumes: ["ledger-data:/data"]\n', "\nvolumes:\n  ledger-data:\n"
TAKES_CODE, RELEASE = "COPY prices /service/prices\n", "COPY prices/release /service/prices\n"
QUEUE = "  queue:\n    image: redis:8\n"
SEARCH = """\
  # Holds the whole catalogue in memory, so that it finds a book at once.
  search:
    build: { context: ., dockerfile: search/Dockerfile }
    ports: ["127.0.0.1:8013:8080"]
    # A search that grows without end shall not take the other services with it. The catalogue takes 90 MB of it.
    mem_limit: 256m

"""


def _file(name: str, mistake: str, fails: frozenset[str], *swaps: Swap) -> Mutant:
    """The solution with another Compose file."""
    return Mutant(name, mistake, fails, {COMPOSE: swaps})


def _ledger(name: str, mistake: str, *swaps: Swap) -> Mutant:
    return Mutant(name, mistake, VOLUME, {LEDGER: swaps})


def _prices(name: str, mistake: str, copied: str) -> Mutant:
    return Mutant(name, mistake, STALE, {PRICES: (TAKES_CODE, copied)})


def _looks_for(host: str) -> Swap:
    return SHOP, SHOP.replace("HOST: queue", f"HOST: {host}")


#: Looks the address up once, and keeps to it.
_ONCE = "    command: [sh, -c, 'QUEUE_HOST=$$(getent hosts queue | cut -d \" \" -f 1) exec python -m shop']\n"

_HOST = [
    _file("repair-old-name", "The shop looks for the queue by the name that it had once.", HOST, _looks_for("redis")),
    _file("repair-localhost", "The queue is taken to be on localhost, the shop's own container.", HOST,
          _looks_for("localhost")),
    _file("repair-name-of-the-container", "The queue is looked for by what its container was called on one machine.",
          HOST, _looks_for("bookshop_queue_1")),
    _file("repair-first-address", "An address that the queue often has, since it starts first, is written down.", HOST,
          _looks_for("172.18.0.2")),
    _file("repair-address-at-start", "The shop looks the queue's address up when it starts, and never again.", HOST,
          (SHOP, SHOP + _ONCE)),
    _file("repair-apart", "The shop is put on a network of its own, where the queue has no name.", HOST,
          (SHOP, f"{SHOP}    networks: [front]\n"), (VOLUMES, f"\nnetworks:\n  front:\n{VOLUMES}")),
]  # fmt: skip
_PORT = [
    _file("repair-same-port", "Two services still want the same port of the machine.", PORT,
          (DOOR, '"127.0.0.1:8010:8080"')),
    _file("repair-wrong-side", "The number on the right is changed, and nothing listens there.", PORT,
          (DOOR, '"127.0.0.1:8012:8081"')),
    _file("repair-taken-by-a-third", "The port is changed to one that a third service has.", PORT,
          (DOOR, '"8013:8080"')),
    _file("repair-no-port", "The port is deleted: nothing clashes, and nobody can ask for a price.", PORT,
          (f"    ports: [{DOOR}]\n", "")),
]  # fmt: skip
_VOLUME = [
    _ledger("repair-roots-folder", "The volume's folder is root's.", (OWN_FOLDER, "")),
    _ledger("repair-folder-too-late", "The folder is made after USER, by somebody who may not.",
            (OWN_FOLDER, ""), (USER, f"{USER}RUN mkdir /data\n")),
    _ledger("repair-open-to-all", "The folder stays root's, and everybody may write there.",
            (OWN_FOLDER, "RUN mkdir --mode=0777 /data\n")),
    _ledger("repair-as-root", "The ledger runs as root, who may write anywhere.", (USER, "")),
    Mutant("repair-root-by-compose", "The image is left as it was, and the Compose file makes the ledger root.", VOLUME,
           {LEDGER: (OWN_FOLDER, ""), COMPOSE: (VOLUME_LINE, f'{VOLUME_LINE}    user: "0"\n')}),
    _file("repair-no-volume", "The volume is deleted, and the orders go with the container.", VOLUME,
          (VOLUME_LINE, ""), (VOLUMES, "")),
    _file("repair-in-memory", "The orders are kept in memory, where everybody may write.", VOLUME,
          (VOLUME_LINE, '    tmpfs: ["/data:uid=10001"]\n'), (VOLUMES, "")),
    _file("repair-nameless-volume", "The volume has no name: the next container gets another one.", VOLUME,
          (VOLUME_LINE, '    volumes: ["/data"]\n'), (VOLUMES, "")),
]  # fmt: skip
_STALE = [
    _prices("repair-last-release", "The image takes the release that was put aside by hand.", RELEASE),
    _prices("repair-release-over-code", "The old release is laid over the code again, by a line that was left.",
            TAKES_CODE + RELEASE),
    _prices("repair-new-build-old-code", "Only the file that names the build is new; the code beside it is old.",
            f"{RELEASE}COPY prices/BUILD /service/prices/\n"),
    _prices("repair-code-without-build", "The code is copied file by file, and what it reads beside it is left out.",
            "COPY prices/__init__.py prices/__main__.py /service/prices/\n"),
]  # fmt: skip
_MEMORY = [
    _file("repair-too-little-memory", "The limit is as small as it was.", MEMORY, (LIMIT, LIMIT.replace("256", "32"))),
    _file("repair-a-little-more", "The limit is raised a little, without a look at what is needed.", MEMORY,
          (LIMIT, LIMIT.replace("256", "40"))),
    _file("repair-started-again", "The service is killed as before, and started again each time.", MEMORY,
          (LIMIT, LIMIT.replace("256m", "32m\n    restart: always"))),
    _file("repair-no-limit", "The limit is deleted.", MEMORY, (LIMIT, "")),
    _file("repair-limit-of-a-machine", "The limit is as large as a machine's memory.", MEMORY,
          (LIMIT, LIMIT.replace("256m", "16g"))),
    _file("repair-no-search", "The search is deleted, and so is the trouble with it.", MEMORY, (SEARCH, "")),
]  # fmt: skip

MUTANTS = [*_HOST, *_PORT, *_VOLUME, *_STALE, *_MEMORY]
