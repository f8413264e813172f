import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadYaml } from "#inventory/kernel/yaml.ts";
import type { Service } from "#inventory/schema/service.ts";
import { templates } from "#templates/files/registry.ts";
import type { RenderInput } from "#templates/renderer/render-input.ts";
import { createRenderer } from "#templates/renderer/renderer.ts";
import type { RenderedFile } from "#templates/renderer/template.ts";
import { someAnswers, somePlan } from "../fakes/plan.ts";

const root = join(import.meta.dirname, "..", "..");

test("every template renders for every node, and says where the file comes from", async () => {
  const files = await renderedFiles();
  expect(files.length).toBeGreaterThan(templates.length);
  for (const file of files) {
    expect(file.content, file.path).not.toContain("{{");
    expect(file.content, file.path).not.toContain("undefined");
    if (/\.(json|pem|crt)$/.test(file.path)) continue;
    expect(file.content.slice(0, 400), file.path).toContain(`(template ${file.template})`);
  }
});

test("JSON files are JSON", async () => {
  const files = (await renderedFiles()).filter((file) => file.path.endsWith(".json"));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) expect(() => JSON.parse(file.content), file.path).not.toThrow();
});

test("a role copies each of its templates to the same path with the same mode", async () => {
  const copies = await copyTasks();
  for (const template of templates) {
    const wanted = template.path.replaceAll(/\{\{\w+\}\}/g, "{{ item }}");
    const own = copies.filter((copy) => copy.role === template.role && copy.writes && pathsOf(copy).includes(wanted));
    expect(own, `${template.role} copies ${template.path}`).toHaveLength(1);
    expect(Number.parseInt(own[0]?.mode ?? "", 8), template.path).toBe(template.mode);
    expect(own[0]?.source, template.path).toBe(`{{ bdap_rendered }}/{{ inventory_hostname }}${own[0]?.target}`);
  }
});

async function renderedFiles(): Promise<RenderedFile[]> {
  const renderer = createRenderer(join(root, "templates", "files"));
  const services: Service[] = [];
  for await (const file of glob("playbooks/roles/*/service.yml", { cwd: root })) {
    services.push(loadYaml(readFileSync(join(root, file), "utf8"), file) as Service);
  }
  const plan = somePlan();
  return plan.nodes.flatMap((node) => {
    const input: RenderInput = {
      site: someAnswers,
      plan,
      node,
      services,
      sharesKernel: false,
      authority: "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
      extraCertificates: { proxy: "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n" },
    };
    return templates.flatMap((template) => renderer.render(template, input));
  });
}

interface CopyTask {
  readonly role: string;
  readonly source: string;
  readonly target: string;
  readonly mode: string;
  readonly items: readonly string[];
  /** Not a look ahead under check_mode. */
  readonly writes: boolean;
}

async function copyTasks(): Promise<CopyTask[]> {
  const found: CopyTask[] = [];
  for await (const file of glob("playbooks/roles/*/tasks/*.yml", { cwd: root })) {
    const tasks = loadYaml(readFileSync(join(root, file), "utf8"), file) as Record<string, unknown>[];
    for (const task of tasks) {
      const copy = (task["ansible.builtin.copy"] ?? blockCopy(task)) as Record<string, string> | undefined;
      if (copy?.["src"] === undefined) continue;
      found.push({
        role: file.split("/")[2] ?? "",
        source: copy["src"],
        target: copy["dest"] ?? "",
        mode: copy["mode"] ?? "",
        items: Array.isArray(task["loop"]) ? (task["loop"] as string[]) : [],
        writes: task["check_mode"] !== true,
      });
    }
  }
  return found;
}

/** A rendered file that becomes a block of a file on the node, what else is in that file being left alone. */
function blockCopy(task: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const block = task["ansible.builtin.blockinfile"] as Record<string, string> | undefined;
  const path = /bdap_rendered ~ '\/' ~ inventory_hostname ~ '([^']+)'/.exec(block?.["block"] ?? "")?.[1];
  if (block === undefined || path === undefined) return undefined;
  return {
    src: `{{ bdap_rendered }}/{{ inventory_hostname }}${path}`,
    dest: block["path"] ?? "",
    mode: block["mode"] ?? "",
  };
}

/** The paths a task writes: one per item of a literal loop, else the one with its placeholder. */
function pathsOf(task: CopyTask): string[] {
  if (task.items.length === 0) return [task.target];
  return task.items.map((item) => task.target.replace("{{ item }}", item));
}
