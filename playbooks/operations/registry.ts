import { alternativeSet } from "./alternative-set/operation.ts";
import { archiveListed } from "./archive-listed/operation.ts";
import { archiveSourcePresent } from "./archive-source-present/operation.ts";
import { archiveUnpacked } from "./archive-unpacked/operation.ts";
import { authorizedKeyPresent } from "./authorized-key-present/operation.ts";
import { blockPresent } from "./block-present/operation.ts";
import { commandRun } from "./command-run/operation.ts";
import { conditionMet } from "./condition-met/operation.ts";
import { cronJobPresent } from "./cron-job-present/operation.ts";
import { entriesRead } from "./entries-read/operation.ts";
import { fileAssembled } from "./file-assembled/operation.ts";
import { fileCapabilitySet } from "./file-capability-set/operation.ts";
import { fileCopied } from "./file-copied/operation.ts";
import { fileFetched } from "./file-fetched/operation.ts";
import { fileRendered } from "./file-rendered/operation.ts";
import { fileSlurped } from "./file-slurped/operation.ts";
import { fileSystemMade } from "./file-system-made/operation.ts";
import { fileSystemMounted } from "./file-system-mounted/operation.ts";
import { firewallRulePresent } from "./firewall-rule-present/operation.ts";
import { groupPresent } from "./group-present/operation.ts";
import { hostAnswering } from "./host-answering/operation.ts";
import { hostnameSet } from "./hostname-set/operation.ts";
import { initScriptRunning } from "./init-script-running/operation.ts";
import { jobScheduled } from "./job-scheduled/operation.ts";
import { kernelModuleLoaded } from "./kernel-module-loaded/operation.ts";
import { kernelParameterSet } from "./kernel-parameter-set/operation.ts";
import { linePresent } from "./line-present/operation.ts";
import { localeMade } from "./locale-made/operation.ts";
import type { Operation } from "./operation.ts";
import { packageAnswerSet } from "./package-answer-set/operation.ts";
import { packagePresent } from "./package-present/operation.ts";
import { packageSelectionSet } from "./package-selection-set/operation.ts";
import { packagesInstalled } from "./packages-installed/operation.ts";
import { packagesRead } from "./packages-read/operation.ts";
import { pathInspected } from "./path-inspected/operation.ts";
import { pathPresent } from "./path-present/operation.ts";
import { pathsFound } from "./paths-found/operation.ts";
import { rawCommandRun } from "./raw-command-run/operation.ts";
import { requestMade } from "./request-made/operation.ts";
import { resourceLimitSet } from "./resource-limit-set/operation.ts";
import { rpmPackagesInstalled } from "./rpm-packages-installed/operation.ts";
import { rpmSourcePresent } from "./rpm-source-present/operation.ts";
import { scriptRun } from "./script-run/operation.ts";
import { selinuxBooleanSet } from "./selinux-boolean-set/operation.ts";
import { selinuxModeSet } from "./selinux-mode-set/operation.ts";
import { serviceRunning } from "./service-running/operation.ts";
import { servicesRead } from "./services-read/operation.ts";
import { targetMade } from "./target-made/operation.ts";
import { temporaryPathMade } from "./temporary-path-made/operation.ts";
import { textReplaced } from "./text-replaced/operation.ts";
import { timeZoneSet } from "./time-zone-set/operation.ts";
import { uncomplicatedFirewallSet } from "./uncomplicated-firewall-set/operation.ts";
import { unitRunning } from "./unit-running/operation.ts";
import { urlFetched } from "./url-fetched/operation.ts";
import { userPresent } from "./user-present/operation.ts";

/** Every operation, by name. Written by `npm run generate`: add a folder with a operation.ts instead of editing. */
export const operations: readonly Operation[] = [
  alternativeSet,
  archiveListed,
  archiveSourcePresent,
  archiveUnpacked,
  authorizedKeyPresent,
  blockPresent,
  commandRun,
  conditionMet,
  cronJobPresent,
  entriesRead,
  fileAssembled,
  fileCapabilitySet,
  fileCopied,
  fileFetched,
  fileRendered,
  fileSlurped,
  fileSystemMade,
  fileSystemMounted,
  firewallRulePresent,
  groupPresent,
  hostAnswering,
  hostnameSet,
  initScriptRunning,
  jobScheduled,
  kernelModuleLoaded,
  kernelParameterSet,
  linePresent,
  localeMade,
  packageAnswerSet,
  packagePresent,
  packageSelectionSet,
  packagesInstalled,
  packagesRead,
  pathInspected,
  pathPresent,
  pathsFound,
  rawCommandRun,
  requestMade,
  resourceLimitSet,
  rpmPackagesInstalled,
  rpmSourcePresent,
  scriptRun,
  selinuxBooleanSet,
  selinuxModeSet,
  serviceRunning,
  servicesRead,
  targetMade,
  temporaryPathMade,
  textReplaced,
  timeZoneSet,
  uncomplicatedFirewallSet,
  unitRunning,
  urlFetched,
  userPresent,
];
