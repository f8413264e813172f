#!/usr/bin/python
# WANT_JSON
"""Prints what it is told to, and ends with that status."""
import json
import sys

with open(sys.argv[1]) as given:
    arguments = json.load(given)
sys.stdout.write(arguments["out"])
sys.exit(arguments.get("rc", 0))
