# Trace Trainer on CPUs: docker build -f docker/cpu.Dockerfile -t trace-trainer .
# docker run --rm -v "$PWD:/work" trace-trainer demo

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
COPY --from=wheel /wheels /wheels
COPY constraints.txt /wheels/
# PyTorch of this index is built for CPUs: a tenth of the size.
RUN pip install --no-cache-dir --constraint /wheels/constraints.txt \
        --extra-index-url https://download.pytorch.org/whl/cpu \
        "$(echo /wheels/*.whl)[gguf,serve,train]" \
    && rm -r /wheels \
    && useradd --create-home --uid 1000 trainer
USER 1000
WORKDIR /work
ENTRYPOINT ["trainer"]
CMD ["--help"]
