"""The questions as operations: one table that the JSON API, its OpenAPI document and the tools are made from."""
