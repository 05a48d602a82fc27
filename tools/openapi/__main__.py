"""Writes the OpenAPI documents and the catalogue of errors in place."""

from tools.openapi.documents import write_documents
from tools.protos import ProtocFailed


def main() -> int:
    """1 when the compiler refused the contracts."""
    try:
        documents = write_documents()
    except ProtocFailed:
        return 1
    for path, text in documents.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
