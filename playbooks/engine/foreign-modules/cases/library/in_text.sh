#!/bin/sh
given='<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>'
printf '{"changed": false, "given": %s}\n' "$given"
