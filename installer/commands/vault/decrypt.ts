import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultDecrypt extends ProgramCommand {
  static override summary = "Decrypt files, or the standard input.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault decrypt secrets.yml --output -"];
  static override usage = "vault decrypt [FILE...] [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["decrypt"] ?? []);

  protected readonly program = vaultAction("decrypt");
}
