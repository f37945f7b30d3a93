"""Files that are taken, each an honest way to solve the task or a part of it; with what they need beside them."""

from __future__ import annotations

from .learner import INCLUDE

_SHORT = """\
services:
  alerter:
    build: ./alerter
    environment:
      - REDIS_HOST=redis-queue
      - THRESHOLD=1
    ports: ["8001:8001", 8001, "127.0.0.1::8001", "[::1]:8002:8001/tcp", "0.0.0.0:8003:8001"]
    networks: [sentinel-net]
    depends_on: [redis-queue]
    restart: unless-stopped
    mem_limit: 128m
    cpus: 0.5
"""
_LONG = """\
services:
  alerter:
    image: sentinel/alerter:dev
    build: {context: alerter, dockerfile: Dockerfile, target: build, args: {BASE: python:3.13-slim}, no_cache: false}
    environment: {REDIS_HOST: redis-queue, REDIS_PORT: 6379, EMPTY: "", FLAG: true, NUMBER: 1.50}
    ports:
      - {target: 8001, published: "8001", host_ip: 127.0.0.1, protocol: tcp, mode: host, name: api}
    networks: {sentinel-net: {aliases: [alerts], priority: 10}}
    depends_on:
      redis-queue: {condition: service_healthy, restart: true, required: true}
      log-collector: {condition: service_started}
    deploy:
      replicas: 1
      mode: replicated
      resources: {limits: {cpus: "0.50", memory: 128M, pids: 64}, reservations: {cpus: "0.1", memory: 32M}}
      restart_policy: {condition: on-failure, delay: 1s, max_attempts: 5, window: 10s}
      update_config: {parallelism: 1, order: start-first}
      labels: {course.task: "5"}
    healthcheck: {test: [CMD, python, -m, alerter.probe], interval: 2s, timeout: 1s, retries: 3, start_period: 5s}
"""
_HARDENED = """\
services:
  alerter:
    build: alerter
    user: "10001:10001"
    read_only: true
    init: true
    tmpfs: [/tmp, "/run:size=1m,mode=1777,noexec"]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    stop_grace_period: 15s
    stop_signal: SIGTERM
    pids_limit: 64
    mem_limit: 128m
    memswap_limit: 128m
    ulimits: {nofile: {soft: 1024, hard: 2048}, nproc: 64}
    shm_size: 16m
    privileged: false
    logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}
    networks: [sentinel-net]
"""
_ANCHORS = """\
x-restart: &restart
  restart: unless-stopped
  logging: &logging {driver: local, options: {max-size: 5m}}
x-environment: &environment
  REDIS_HOST: redis-queue
  REDIS_PORT: "6379"
services:
  alerter:
    <<: *restart
    build: alerter
    environment:
      <<: *environment
      THRESHOLD: "1"
  second:
    <<: [*restart]
    image: python:3.13-slim
    command: [sleep, infinity]
    profiles: [tools]
    environment: *environment
"""
_PROFILES = """\
services:
  alerter: {build: alerter, networks: [sentinel-net]}
  look:
    image: redis:8
    command: redis-cli -h redis-queue monitor
    profiles: [debug, tools]
    networks: [sentinel-net]
    depends_on: {redis-queue: {condition: service_healthy, required: true}}
    stdin_open: true
    tty: true
"""
_SECRETS = """\
services:
  alerter:
    build: alerter
    secrets: [redis_password, {source: api_key, target: key, mode: 0440, uid: "10001", gid: "10001"}]
    configs: [{source: settings, target: /etc/alerter.toml}, motd]
    environment: {REDIS_PASSWORD_FILE: /run/secrets/redis_password}
secrets:
  redis_password: {file: ./secrets/redis_password.txt}
  api_key: {file: secrets/api_key}
configs:
  settings: {file: ./settings.toml}
  motd: {content: "costs $$5, ${GREETING:-hello}"}
"""
_NETWORKS = """\
services:
  alerter: {build: alerter, networks: [sentinel-net, front], expose: ["8001"]}
networks:
  sentinel-net:
  front: {internal: true, driver: bridge, labels: {a.b: c}, attachable: false, enable_ipv6: false}
"""
_VOLUMES = """\
services:
  alerter:
    build: alerter
    volumes:
      - data:/var/lib/alerter
      - more:/more:ro
      - /scratch
      - {type: volume, source: data, target: /copy, read_only: true, volume: {nocopy: true}}
      - {type: tmpfs, target: /tmp, tmpfs: {size: 16m, mode: 1777}}
volumes:
  data:
  more: {driver: local, labels: [a=b]}
"""
_EXTENDS = """\
services:
  alerter:
    extends: {file: common.yaml, service: base}
    build: alerter
  second:
    extends: alerter
    profiles: [two]
"""
_COMMON = """\
x-note: kept apart
services:
  base:
    image: alerter
    build: ./alerter
    extends: harder
    environment: {REDIS_HOST: redis-queue}
  harder: {read_only: true, image: "python:3.13-slim"}
"""
_INLINE = """\
services:
  alerter:
    build:
      context: alerter
      dockerfile_inline: |
        FROM python:3.13-slim AS run
        ENV PRICE=$$5
        USER 10001
      target: run
      labels: [org.example.task=5]
      network: default
      shm_size: 64m
"""
_VARIABLES = """\
name: sentinel-${NAME:-mine}
services:
  alerter:
    build: ${CONTEXT:-./alerter}
    image: sentinel/alerter:${TAG:-dev}
    ports: ["127.0.0.1:${PORT:-8001}:8001"]
    environment: {REDIS_HOST: "${REDIS_HOST-redis-queue}", EMPTY: "$EMPTY", PRICE: "$$5"}
    mem_limit: ${MEMORY:-128MiB}
"""
_ENV_FILES = """\
services:
  alerter:
    build: alerter
    env_file: [alerter.env, {path: ./more/local.env, required: true}, {path: .env, required: false}]
"""
_SCALED = """\
services:
  alerter: {build: alerter, scale: 2, ports: ["8001-8002:8001"], links: ["redis-queue:queue"], attach: false}
  other: {build: {context: ./alerter}, deploy: {replicas: 0}, extra_hosts: ["example:10.1.2.3", "six=::1"]}
"""
_ELSEWHERE = """\
services:
  alerter:
    build: {context: ., dockerfile: ./docker/alerter/Dockerfile.slim}
    image: ghcr.io/learner/alerter:1.0
    mem_limit: 0.25g
    cpus: .5
    stop_grace_period: 1.5s
"""
_OLD = """\
version: "3.9"
services:
  alerter:
    build: alerter
    hostname: alerter
    working_dir: /service
    entrypoint: python -m alerter
    command: []
    cpu_quota: 50000
    cpu_period: 100000
    cpu_shares: 512
    mem_reservation: 64m
    mem_swappiness: 0
    oom_score_adj: 500
    group_add: [20000]
    pull_policy: build
    restart: on-failure:3
    runtime: runc
    ipc: private
    cgroup: private
    tmpfs: /tmp
    env_file: alerter.env
    healthcheck: {disable: true}
"""
_MANY = (
    "services:\n" + "".join(f"  s{n}: {{build: alerter, networks: [n{n}, default]}}\n" for n in range(7))
    + "  alerter: {build: alerter, networks: [n7, n8, n9, sentinel-net], volumes: ["
    + ", ".join(f"'v{n}:/v{n}'" for n in range(20)) + "]}\n"
    + "networks: {" + ", ".join(f"n{n}: " for n in range(10)) + "}\n"
    + "volumes: {" + ", ".join(f"v{n}: " for n in range(20)) + "}\n"
)  # fmt: skip
_ALONE = "services: {alerter: {build: alerter, network_mode: none, healthcheck: {test: exit 0}}}\n"

FILES: dict[str, tuple[str, dict[str, str]]] = {
    "short syntax": (INCLUDE + _SHORT, {}),
    "long syntax": ("include:\n  - path: ../docker-compose.yaml\n    project_directory: ..\n" + _LONG, {}),
    "an include with a list": ("include: [{path: [../docker-compose.yaml]}]\n" + _SHORT, {}),
    "hardened": (INCLUDE + _HARDENED, {}),
    "anchors and merge keys": (INCLUDE + _ANCHORS, {}),
    "profiles": (INCLUDE + _PROFILES, {}),
    "secrets and configs": (
        INCLUDE + _SECRETS,
        {"secrets/redis_password.txt": "x", "secrets/api_key": "y", "settings.toml": "a = 1\n"},
    ),
    "networks of its own": (INCLUDE + _NETWORKS, {}),
    "volumes": (INCLUDE + _VOLUMES, {}),
    "extends": (INCLUDE + _EXTENDS, {"common.yaml": _COMMON}),
    "a Dockerfile in the file": (INCLUDE + _INLINE, {}),
    "variables": (INCLUDE + _VARIABLES, {}),
    "environment files": (
        INCLUDE + _ENV_FILES,
        {
            "alerter.env": "# why\nA=1 # one\nexport B='two words'\n\nC=\"$$x\"\nD=${E:-f}\n"
            "F=it's\nG=\nH= h\nI='i' # i\n",
            "more/local.env": "LAST=h\r\n",
        },
    ),
    "scaled": (INCLUDE + _SCALED, {}),
    "as many of each as there may be": (INCLUDE + _MANY, {}),
    "a Dockerfile elsewhere": (INCLUDE + _ELSEWHERE, {"docker/alerter/Dockerfile.slim": "FROM python:3.13-slim\n"}),
    "of older tutorials": (INCLUDE + _OLD, {"alerter.env": ""}),
    "without the course": (_ALONE, {}),
    "as JSON": ('{"include": ["../docker-compose.yaml"], "services": {"alerter": {"build": "./alerter"}}}', {}),
}
