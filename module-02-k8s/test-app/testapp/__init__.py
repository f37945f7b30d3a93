"""An application for Sentinel to watch: it answers, fails and dawdles on demand.

main.py          --serve, --health, --settings
testapp/
  settings.py    what the environment can set; table.py prints it, with what the SDK's settings are
  app.py         the FastAPI application, with the SDK's middleware
  users.py       its data, made up by rule
  server.py  logs.py  probe.py
traffic/         makes requests, so that there is something to look at: python -m traffic
"""
