#!/usr/bin/env bash
# openapi-python-client 0.29.1 (PyPI), which generates a client from an OpenAPI contract.
#
# An operation takes a picture as image/png or as image/svg+xml, both binary; with `content_type_overrides`, as the tool
# asks for, it generates one method for both, without a warning, and that method has two faults. The module names Unset
# and does not import it, so that it cannot be imported unless an optional parameter happens to bring the name along. And
# what is sent is the type File either way: `isinstance(body, File)` is asked once for each media type, the last always
# wins, and a PNG goes out as image/svg+xml; the mime type that the File itself carries is not looked at.
# A way out for who calls: send such a body with httpx. For who writes contracts: an operation for each media type.
#
# Seen: "without another parameter: NameError" and "with an optional one: a PNG is sent as image/svg+xml".
# Ends with 0 while that is so, with 1 when it has changed. Nothing is sent to anybody.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openapi-python-client==0.29.1
cat > template.json <<'JSON'
{
  "openapi": "3.1.0",
  "info": {"title": "Pictures", "version": "1"},
  "paths": {
    "/picture": {
      "put": {
        "operationId": "put_picture",
PARAMETERS
        "requestBody": {
          "required": true,
          "content": {
            "image/png": {"schema": {"type": "string", "format": "binary"}},
            "image/svg+xml": {"schema": {"type": "string", "format": "binary"}}
          }
        },
        "responses": {"204": {"description": "Kept"}}
      }
    }
  }
}
JSON
cat > config.yaml <<'YAML'
post_hooks: []
content_type_overrides:
  image/png: application/octet-stream
  image/svg+xml: application/octet-stream
YAML
generate() {
    sed "s/^PARAMETERS$/$2/" template.json > api.json
    venv/bin/openapi-python-client generate --path api.json --config config.yaml --meta none --output-path "$1" \
        --fail-on-warning > /dev/null
}
generate bare ""
generate more '"parameters": [{"name": "note", "in": "query", "schema": {"type": "string"}}],'
venv/bin/python - <<'PYTHON'
import importlib
import io
import sys


def sent_by(client):
    try:
        put_picture = importlib.import_module(f"{client}.api.default.put_picture")
    except NameError as error:
        print(f"  {error}")
        return "NameError"
    file = importlib.import_module(f"{client}.types").File
    picture = file(payload=io.BytesIO(b"\x89PNG\r\n\x1a\n"), file_name="p.png", mime_type="image/png")
    return "a PNG is sent as " + put_picture._get_kwargs(body=picture)["headers"]["Content-Type"]


seen = sent_by("bare"), sent_by("more")
print(f"without another parameter: {seen[0]}")
print(f"with an optional one: {seen[1]}")
sys.exit(seen != ("NameError", "a PNG is sent as image/svg+xml"))
PYTHON
