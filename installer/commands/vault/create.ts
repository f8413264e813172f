import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultCreate extends ProgramCommand {
  static override summary = "Make a new encrypted file in an editor.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault create secrets.yml --vault-id prod@~/.prod-password"];
  static override usage = "vault create FILE [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["create"] ?? []);

  protected readonly program = vaultAction("create");
}
