"""The API for upstream systems and operations: ``/api/v1``, described as OpenAPI 3.1."""
