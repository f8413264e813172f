"""Records what ansible-core makes of the expressions and templates in playbooks/engine/expression/cases/*.jsonl.

Run by the Python of the oracle's virtual environment, from the repository root:
    .build/oracle/bin/python test/tooling/record-expressions/record.py [TOPIC [FILE OF NEW TEXTS, A JSON ARRAY]]
Without a topic, all are recorded anew; the topic passwords needs passlib beside ansible-core. The results replace those in the file; the order stays.

With --serve it answers instead: one JSON object {"text", "file"} a line on standard input, one result a line on
standard output, until the input ends.
"""

import json
import os
import pathlib
import sys

os.environ.update(
    TZ="UTC", HOME="/root", ANSIBLE_DEVEL_WARNING="0", ANSIBLE_DEPRECATION_WARNINGS="0", ANSIBLE_SYSTEM_WARNINGS="0"
)

import jinja2
from ansible.errors import AnsibleTemplateSyntaxError, AnsibleUndefinedVariable, AnsibleValueOmittedError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.release import __version__
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display

CASES = pathlib.Path("playbooks/engine/expression/cases").resolve()


class Recorder:
    def __init__(self):
        loader = DataLoader()
        loader.set_basedir(str(CASES))
        loader.set_vault_secrets([("default", VaultSecret(b"secret"))])
        variables = loader.load_from_file(str(CASES / "variables.yml"), trusted_as_template=True)
        self.variables = {**variables, "ansible_search_path": [str(CASES)], "playbook_dir": str(CASES)}
        self.loader = loader

    def evaluate(self, text, as_file):
        # A fresh Templar each time: what a text changes in place must not be seen by the next one.
        templar = Templar(loader=self.loader, variables=dict(self.variables, ansible_search_path=[str(CASES)]))
        try:
            return {"value": json.dumps(self.result(templar, text, as_file), default=str)}
        except (AnsibleUndefinedVariable, AnsibleTemplateSyntaxError, AnsibleValueOmittedError) as error:
            kinds = {AnsibleUndefinedVariable: "undefined", AnsibleTemplateSyntaxError: "syntax", AnsibleValueOmittedError: "omitted"}
            return {"error": kinds[type(error)], "message": shown(error)}
        except Exception as error:  # every other way to fail is one kind
            return {"error": "failed", "message": shown(error)}

    def result(self, templar, text, as_file):
        trusted = trust_as_template(text)
        if as_file:
            folders = [str(CASES / "templates"), str(CASES)]
            fresh = templar.copy_with_new_env(searchpath=folders, available_variables=templar.available_variables)
            result = fresh.template(trusted, escape_backslashes=False, overrides={"trim_blocks": True})
            return "" if result is None else result if isinstance(result, str) else str(result)
        if "{{" in text or "{%" in text or "{#" in text:
            return templar.template(trusted)
        return templar.evaluate_expression(trusted)


def shown(error):
    return str(error).replace(str(CASES), "CASES")[:200]


def record(recorder, path, more):
    known = [json.loads(line) for line in path.read_text().splitlines()[1:]] if path.exists() else []
    wanted = dict.fromkeys([(case["text"], case.get("file", False)) for case in known] + more)
    head = {"ansible_core": __version__, "jinja2": jinja2.__version__, "python": sys.version.split()[0]}
    with path.open("w") as out:
        print(json.dumps(head), file=out)
        for text, as_file in wanted:
            case = {"text": text, **({"file": True} if as_file else {}), **recorder.evaluate(text, as_file)}
            print(json.dumps(case, ensure_ascii=False), file=out)


def main():
    Display().display = lambda *given, **named: None
    recorder = Recorder()
    if sys.argv[1:] == ["--serve"]:
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(recorder.evaluate(asked["text"], asked.get("file", False))), flush=True)
        return
    topics = sys.argv[1:2] or sorted(path.stem for path in CASES.glob("*.jsonl"))
    for topic in topics:
        more = []
        if len(sys.argv) > 2:
            with open(sys.argv[2]) as file:
                more = [(item, False) if isinstance(item, str) else (item["text"], item.get("file", False)) for item in json.load(file)]
        record(recorder, CASES / f"{topic}.jsonl", more)


main()
