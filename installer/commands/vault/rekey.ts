import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultRekey extends ProgramCommand {
  static override summary = "Encrypt files anew, with another password.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = [
    "<%= config.bin %> vault rekey secrets.yml --vault-password-file old --new-vault-password-file new",
  ];
  static override usage = "vault rekey FILE... [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["rekey"] ?? []);

  protected readonly program = vaultAction("rekey");
}
