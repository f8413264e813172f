import { ApplianceError } from "../kernel/errors.ts";

export const vaultErrors = {
  wrongPassword: () =>
    new ApplianceError({
      code: "INVENTORY_VAULT_WRONG_PASSWORD",
      kind: "user",
      message: "The vault cannot be opened: the password is not the one it was written with, or the file was altered.",
      hint: "Give the right password file; if the file itself was damaged, restore it from a backup.",
    }),
  malformed: (why: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_MALFORMED",
      kind: "user",
      message: `This is not an ansible-vault text that can be read: ${why}.`,
      hint: "The first line must be $ANSIBLE_VAULT;1.1;AES256 (or 1.2 with an id), hexadecimal lines must follow.",
    }),
};
