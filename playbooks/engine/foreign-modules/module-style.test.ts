import { expect, test } from "vitest";
import { moduleStyle, shebangOf } from "./module-style.ts";

test.each([
  ["#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n", "python"],
  ["import ansible.module_utils.basic\n", "python"],
  ["from ansible.module_utils import basic\n", "python"],
  ["from ..module_utils.x import y\n", "python"],
  ["from ansible_collections.a.b.plugins.module_utils.x import y\n", "python"],
  ["#<<INCLUDE_ANSIBLE_MODULE_COMMON>>\n", "python"],
  ["#!/bin/sh\nx='<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>'\n", "json-text"],
  ["#!/bin/sh\n# WANT_JSON\n", "json-file"],
  ["#!/bin/sh\n. $1\n", "words-file"],
  ["#!powershell\n#AnsibleRequires -CSharpUtil Ansible.Basic\n", "powershell"],
  ["\u007fELF\u0002\u0001", "binary"],
  ["", "words-file"],
] as const)("%j is %s", (text, style) => {
  expect(moduleStyle(Buffer.from(text))).toBe(style);
});

test("the first line names the interpreter", () => {
  expect(shebangOf(Buffer.from("#! /usr/bin/env python3\n"))).toEqual({
    program: "/usr/bin/env",
    arguments: ["python3"],
  });
  expect(shebangOf(Buffer.from("#!\n"))).toBeUndefined();
  expect(shebangOf(Buffer.from("print(1)\n"))).toBeUndefined();
});
