import { ApplianceError } from "#inventory/kernel/errors.ts";

export function templateUnknownName(template: string, name: string): ApplianceError {
  return new ApplianceError({
    code: "TEMPLATES_UNKNOWN_NAME",
    kind: "bug",
    message: `Template ${template} uses {{${name}}}, which its context does not have.`,
    hint: "Add the name to the context's schema in template.ts, or correct the source.",
    context: { template, name },
  });
}

export function templateContextUnfit(template: string, problems: string): ApplianceError {
  return new ApplianceError({
    code: "TEMPLATES_CONTEXT_UNFIT",
    kind: "bug",
    message: `The context made for template ${template} does not fit its schema: ${problems}`,
    hint: "Correct contexts() or the schema in template.ts.",
    context: { template },
  });
}
