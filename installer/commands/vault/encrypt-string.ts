import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultEncryptString extends ProgramCommand {
  static override summary = "Encrypt texts for use as variables.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault encrypt-string --stdin-name db_password < password.txt"];
  static override usage = "vault encrypt-string [TEXT...] [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["encrypt_string"] ?? []);

  protected readonly program = vaultAction("encrypt_string");
}
