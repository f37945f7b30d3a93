FROM python:3.13-slim
WORKDIR /service
COPY alerter/requirements.txt .
RUN pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.txt
COPY alerter/alerter alerter
USER 10001
HEALTHCHECK CMD ["python", "-m", "alerter", "--health"]
CMD ["python", "-m", "alerter"]
