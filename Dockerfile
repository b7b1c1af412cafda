# One image for every part of the system; docker-compose.yml runs them. By hand: docker build -t ad_system .
ARG PYTHON=python:3.13.9-slim-bookworm

FROM ${PYTHON} AS build
COPY requirements.txt requirements-flower.txt /build/
# Wheels only, so that no compiler is needed; and no pip inside, so that nothing can be installed later.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --requirement /build/requirements-flower.txt

FROM ${PYTHON}
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin desk \
    && install --directory --owner desk --group desk --mode 0700 /var/lib/ad_system
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/ad_system
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY manage.py ./
COPY ad_system ad_system
COPY campaigns campaigns
# Nothing is written below /app later: the root file system may be read-only.
RUN python -m compileall -q /app
USER 10001:10001
EXPOSE 8000 5555
ENTRYPOINT ["python", "manage.py"]
CMD ["run_part", "web", "--host", "0.0.0.0"]
