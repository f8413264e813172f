"""Records what ansible-core makes of each expression in playbooks/engine/expression/cases/expressions.yml.

Run by the Python of the oracle's virtual environment, from the repository root:
    .build/oracle/bin/python test/tooling/record-expressions/record.py [FILE OF NEW EXPRESSIONS, ONE A LINE]
The results replace those in the file; the order of the expressions stays.
"""

import json
import sys

import yaml
from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

CASES = "playbooks/engine/expression/cases/expressions.yml"
VARIABLES = "playbooks/engine/expression/cases/variables.yml"


def evaluate(templar, text):
    is_template = "{{" in text or "{%" in text or "{#" in text
    try:
        trusted = trust_as_template(text)
        result = templar.template(trusted) if is_template else templar.evaluate_expression(trusted, escape_backslashes=False)
        return {"value": json.dumps(result)}
    except AnsibleUndefinedVariable as error:
        return {"error": "undefined", "message": first_line(error)}
    except Exception as error:  # every other way to fail is one kind
        return {"error": "failed", "message": first_line(error)}


def first_line(error):
    return str(error).splitlines()[0][:160]


def main():
    try:
        with open(CASES) as file:
            known = [case["expression"] for case in yaml.safe_load(file) or []]
    except FileNotFoundError:
        known = []
    if len(sys.argv) > 1:
        with open(sys.argv[1]) as file:
            known += [line.rstrip("\n") for line in file]
    loader = DataLoader()
    variables = loader.load_from_file(VARIABLES, trusted_as_template=True)
    templar = Templar(loader=loader, variables=variables)
    cases = [{"expression": text, **evaluate(templar, text)} for text in dict.fromkeys(known)]
    with open(CASES, "w") as file:
        yaml.safe_dump(cases, file, sort_keys=False, allow_unicode=True, width=1000)


main()
