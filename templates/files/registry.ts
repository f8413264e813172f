import type { Template } from "../renderer/template.ts";
import { administratorKeys } from "./administrator-keys/template.ts";
import { administrators } from "./administrators/template.ts";
import { agentConfiguration } from "./agent-configuration/template.ts";
import { agentSmartTimer } from "./agent-smart-timer/template.ts";
import { agentSmartUnit } from "./agent-smart-unit/template.ts";
import { agentUnit } from "./agent-unit/template.ts";
import { authority } from "./authority/template.ts";
import { chrony } from "./chrony/template.ts";
import { controlPlaneConfiguration } from "./control-plane-configuration/template.ts";
import { controlPlaneUnit } from "./control-plane-unit/template.ts";
import { extraCertificate } from "./extra-certificate/template.ts";
import { firewall } from "./firewall/template.ts";
import { firewallUnit } from "./firewall-unit/template.ts";
import { hosts } from "./hosts/template.ts";
import { journald } from "./journald/template.ts";
import { sshd } from "./sshd/template.ts";
import { sysctl } from "./sysctl/template.ts";
import { upgrades } from "./upgrades/template.ts";
import { wayBack } from "./way-back/template.ts";
import { wayBackUnit } from "./way-back-unit/template.ts";

/** Every template, by name. Written by `npm run generate`: add a folder with a template.ts instead of editing. */
export const templates: readonly Template[] = [
  administratorKeys,
  administrators,
  agentConfiguration,
  agentSmartTimer,
  agentSmartUnit,
  agentUnit,
  authority,
  chrony,
  controlPlaneConfiguration,
  controlPlaneUnit,
  extraCertificate,
  firewall,
  firewallUnit,
  hosts,
  journald,
  sshd,
  sysctl,
  upgrades,
  wayBack,
  wayBackUnit,
];
