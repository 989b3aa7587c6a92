# Trace Trainer on NVIDIA GPUs: docker build -f docker/cuda.Dockerfile -t trace-trainer:cuda .
# docker run --rm --gpus all --shm-size 8g -v "$PWD:/work" trace-trainer:cuda sft --model PATH --recipe lora
#
# PyTorch's wheels bring CUDA's libraries themselves, and the driver comes from outside; so no image of CUDA is needed.

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# Triton and `--compile` call a compiler while they run.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++=4:12.* \
    && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /wheels /wheels
COPY constraints.txt /wheels/
RUN pip install --no-cache-dir --constraint /wheels/constraints.txt \
        "$(echo /wheels/*.whl)[gguf,qlora,serve,train]" \
    && rm -r /wheels \
    && useradd --create-home --uid 1000 trainer
USER 1000
WORKDIR /work
ENTRYPOINT ["trainer"]
CMD ["--help"]
