# docker build -t slim . && docker run -d --name slim -p 3000:3000 -v slim:/data slim
FROM python:3.13.7-slim-bookworm

# Whichever user it is run as may write here, and only here.
RUN install -d -m 1777 /data

WORKDIR /app
COPY slim.py schema.sql ./

# The packages and their versions: slim.py's own list, the block at its top.
RUN sed -n '/^# \/\/\/ script$/,/^# \/\/\/$/s/^# *"\(.*\)",$/\1/p' slim.py > /tmp/packages.txt \
    && pip install --no-cache-dir --disable-pip-version-check --only-binary :all: -r /tmp/packages.txt \
    && python -c "import bottle, gevent, geventwebsocket, maxminddb" \
    && rm /tmp/packages.txt

COPY views views
COPY static static

# Who copied the files here may have kept them to himself. (COPY --chmod wants BuildKit, which the
# Docker of Debian and Ubuntu lacks.) And the user it runs as may not write here: what is compiled
# has to be here.
RUN chmod -R a+rX . && python -m py_compile slim.py

USER 1000
ENV SLIM_DATA=/data SLIM_BOOTSTRAP=0 PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '3000') + '/health', timeout=4)"]
# As a module, which is compiled: as a script it would be compiled anew by each start and command.
ENTRYPOINT ["python", "-m", "slim"]
