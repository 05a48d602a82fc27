"""The whole system measured: through Envoy, natively, beside a plain FastAPI service, in size, time and memory."""
