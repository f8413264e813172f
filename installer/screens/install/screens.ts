import { applyScreen } from "../apply/screen.tsx";
import { confirmScreen } from "../confirm/screen.tsx";
import { disksScreen } from "../disks/screen.tsx";
import { finishScreen } from "../finish/screen.tsx";
import { loginScreen } from "../login/screen.tsx";
import { probeScreen } from "../probe/screen.tsx";
import { rolesScreen } from "../roles/screen.tsx";
import { serversScreen } from "../servers/screen.tsx";
import { servicesScreen } from "../services/screen.tsx";
import { summaryScreen } from "../summary/screen.tsx";
import type { WizardScreen } from "./screen.ts";

/** The wizard's screens in their order. */
export const screens: readonly WizardScreen[] = [
  anyModel(serversScreen),
  anyModel(loginScreen),
  anyModel(probeScreen),
  anyModel(rolesScreen),
  anyModel(servicesScreen),
  anyModel(disksScreen),
  anyModel(summaryScreen),
  anyModel(confirmScreen),
  anyModel(applyScreen),
  anyModel(finishScreen),
];

/** Each screen alone knows its model; the wizard only carries it. */
function anyModel<Model>(screen: WizardScreen<Model>): WizardScreen {
  return screen as unknown as WizardScreen;
}
