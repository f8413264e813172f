import { readFile, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { templates } from "#templates/files/registry.ts";
import type { RenderInput } from "#templates/renderer/render-input.ts";
import { createRenderer, type Renderer } from "#templates/renderer/renderer.ts";
import type { RenderedFile } from "#templates/renderer/template.ts";
import type { Phase, PhaseInput } from "../phase.ts";
import { everyNode } from "../plan-nodes.ts";
import { filesBelow } from "./files-below.ts";
import { sharesKernel } from "./shares-kernel.ts";

/** Renders every file of every node into the site directory, complete and readable before any host is touched. */
export const renderFiles: Phase = {
  name: "render-files",
  title: "Files of every node",
  destructive: false,
  secondsPerHost: 0,
  needs: ["make-credentials"],
  nodes: everyNode,
  async run(input) {
    const renderer = createRenderer(join(input.packageRoot, "templates", "files"));
    const common = await commonInput(input);
    const allFacts = await input.site.readFacts();
    let changed = false;
    for (const node of input.plan.nodes) {
      const facts = allFacts.find((one) => one.address === node.address);
      const files = renderNode(renderer, { ...common, node, sharesKernel: sharesKernel(facts) });
      changed = (await differs(join(input.site.paths.rendered, node.name), files)) || changed;
      await writeNode(join(input.rendered, node.name), files);
    }
    return { hosts: {}, changed };
  },
};

type CommonInput = Omit<RenderInput, "node" | "sharesKernel">;

async function commonInput({ answers, plan, services, site, credentials }: PhaseInput): Promise<CommonInput> {
  const extraCertificates: Record<string, string> = {};
  for (const file of answers.certificates ?? []) {
    const name = basename(file).replace(/\.(pem|crt)$/, "");
    extraCertificates[name] = await readFile(resolve(site.path, file), "utf8");
  }
  const authority = credentials.get("authority_certificate").reveal();
  return { site: answers, plan, services, authority, extraCertificates };
}

function renderNode(renderer: Renderer, input: RenderInput): RenderedFile[] {
  return templates.flatMap((template) => renderer.render(template, input));
}

/** Whether a node's folder holds anything else than these files. */
async function differs(folder: string, files: readonly RenderedFile[]): Promise<boolean> {
  if ((await filesBelow(folder)).length !== files.length) return true;
  for (const file of files) if ((await readFileIfThere(join(folder, file.path))) !== file.content) return true;
  return false;
}

/** Writes what differs and removes what no template makes any more. */
async function writeNode(folder: string, files: readonly RenderedFile[]): Promise<void> {
  const wanted = new Set(files.map((file) => join(folder, file.path)));
  for (const path of await filesBelow(folder)) if (!wanted.has(path)) await rm(path);
  for (const file of files) {
    const path = join(folder, file.path);
    if ((await readFileIfThere(path)) !== file.content) await writeFileDurably(path, file.content);
  }
}
