import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultEncrypt extends ProgramCommand {
  static override summary = "Encrypt files, or the standard input.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault encrypt group_vars/all/secrets.yml --vault-id prod@prompt"];
  static override usage = "vault encrypt [FILE...] [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["encrypt"] ?? []);

  protected readonly program = vaultAction("encrypt");
}
