import { ApplianceError } from "../kernel/errors.ts";

export const settingErrors = {
  invalid: (origin: string, text: string, wanted: string) =>
    new ApplianceError({
      code: "INVENTORY_SETTING_INVALID",
      kind: "user",
      message: `${JSON.stringify(text)} in ${origin} must be ${wanted}.`,
      hint: "Correct the environment variable or the ansible.cfg named above.",
      context: { origin, value: text },
    }),
};
