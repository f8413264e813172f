import { setTimeout as sleep } from "node:timers/promises";
import type { Connector } from "../../connectors/connector.ts";
import type { OperationPlan } from "../../operations/operation.ts";
import { type ActionContext, failure, type Result } from "../actions/action.ts";
import { actions } from "../actions/actions.ts";
import { ExpressionError } from "../expression/errors.ts";
import { pythonString, toPlain } from "../expression/values.ts";
import type { ForeignCall } from "../foreign-modules/foreign-call.ts";
import type { ForeignModule } from "../foreign-modules/foreign-modules.ts";
import type { Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { omit } from "../variables/omit.ts";
import type { JobHost } from "./background-jobs.ts";
import { connectionKey, connectionVariables } from "./connection-variables.ts";
import { isOutcomeUnknown, isUnreachable, type Route } from "./connections.ts";
import type { Occasion } from "./item-runner.ts";
import { callModule, type ModuleOutcome } from "./module-call.ts";
import type { RunnerServices } from "./services.ts";
import { connectionVariable, isCensored, type TaskSettings } from "./settings.ts";

/** One call of a module or action: everything worked out. */
export interface CallContext extends Occasion {
  readonly task: Task;
  /** Fully qualified name. */
  readonly module: string;
  /** The host it is carried out on. */
  readonly target: string;
  readonly scope: HostScope;
  /** The variables of the host it is carried out on. */
  readonly connection: HostScope;
  readonly settings: TaskSettings;
  readonly given: ReadonlyMap<string, unknown>;
}

type Start = (plan: OperationPlan, connector: Connector) => Promise<Result>;

/** Modules that in Ansible have a part on the controller which does not go into the background. */
const WITHOUT_ASYNC: ReadonlySet<string> = new Set(
  ["assemble", "copy", "fetch", "raw", "reboot", "script", "template", "unarchive"].map(
    (name) => `ansible.builtin.${name}`,
  ),
);

function shortName(module: string): string {
  return module.replace(/^ansible\.(?:builtin|legacy)\./, "");
}

function isFailure(result: Result): boolean {
  return result["failed"] === true || (typeof result["rc"] === "number" && result["rc"] !== 0);
}

/** An action's warnings belong to its result, and are told. */
function warned(result: Result): ModuleOutcome {
  const { warnings } = result;
  return { result, warnings: Array.isArray(warnings) ? warnings.filter((each) => typeof each === "string") : [] };
}

/** Carries out what a task says: an action of the engine, or an operation on the host. */
export class TaskCaller {
  readonly #services: RunnerServices;

  constructor(services: RunnerServices) {
    this.#services = services;
  }

  isHidden(task: Task, scope: HostScope): boolean {
    return isCensored(task, scope, this.#services.templar);
  }

  /** The module a task names, which may be a template (`action: "{{ … }}"`). Raises ExpressionError. */
  moduleOf(task: Task, scope: HostScope): string {
    if (task.moduleTemplate === undefined) return task.module;
    const value = this.#services.templar.template(task.moduleTemplate, scope);
    if (value === omit) throw new ExpressionError("Omit is not valid for the `action` keyword.");
    const name = pythonString(value);
    const module = this.#services.modules.resolve(name, task.collections);
    if (module === undefined) throw new ExpressionError(`Cannot resolve '${name}' to an action or module.`);
    return module;
  }

  /** Throws what the connector throws, ExpressionErrors, and a timeout as an ExpressionError. */
  async call(call: CallContext): Promise<ModuleOutcome> {
    const { timeoutSeconds } = call.settings;
    if (timeoutSeconds <= 0) return this.#carryOut(call, this.#services.signal);
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      return await this.#carryOut(call, AbortSignal.any([this.#services.signal, deadline]));
    } catch (error) {
      if (!deadline.aborted || this.#services.signal.aborted) throw error;
      const message = `Task failed: Timed out after ${timeoutSeconds} second(s).`;
      const frame = "Configure `DISPLAY_TRACEBACK` to see a traceback on timeout errors.";
      return { result: failure(message, { timedout: { frame, period: timeoutSeconds } }), warnings: [] };
    }
  }

  async #carryOut(call: CallContext, signal: AbortSignal): Promise<ModuleOutcome> {
    const action = actions.get(call.module);
    const route = this.#route(call);
    const connector = () => this.#services.connections.get(call.target, route);
    const isBackground = call.settings.asyncSeconds > 0;
    if (isBackground && (action !== undefined || WITHOUT_ASYNC.has(call.module)))
      return { result: failure(`This action (${shortName(call.module)}) does not support async.`), warnings: [] };
    if (action !== undefined) return warned(await action(this.#actionContext(call, connector, route, signal)));
    if (!isBackground || call.settings.checkMode) return this.#operation(call, connector, route, signal);
    return this.#inBackground(call, connector, route, signal);
  }

  /** Starts a job and, unless `poll` is 0, looks at it until it is over or its time is. */
  async #inBackground(
    call: CallContext,
    connector: () => Promise<Connector>,
    route: Route,
    signal: AbortSignal,
  ): Promise<ModuleOutcome> {
    const { jobs, emit, censor } = this.#services;
    const { asyncSeconds, pollSeconds } = call.settings;
    const host = async () => this.#jobHost(call, await connector(), signal);
    const start: Start = async (plan, open) => jobs.start(plan, asyncSeconds, this.#jobHost(call, open, signal));
    const begun = await this.#operation(call, connector, route, signal, start);
    const id = begun.result["ansible_job_id"];
    if (typeof id !== "string" || pollSeconds <= 0) return begun;
    const tell = async (type: "async-poll" | "async-ok" | "async-failed", told: Result) =>
      emit({
        type,
        ...call.reference,
        host: call.host,
        result: censor.result(told, this.isHidden(call.task, call.scope)),
      });
    let grace = 10;
    for (let left = asyncSeconds; ; ) {
      if (grace === 10) await sleep(pollSeconds * 1000, undefined, { signal });
      const status = await jobs.status(id, "status", await host());
      if (status["finished"] === true || status["failed"] === true) {
        await tell(isFailure(status) ? "async-failed" : "async-ok", status);
        await jobs.status(id, "cleanup", await host());
        return { ...begun, result: status };
      }
      left -= pollSeconds;
      if (left <= 0 && grace > 0) {
        // The job's own watchdog ends it in this very moment: what it says is better than nothing.
        grace--;
        await sleep(500, undefined, { signal });
        continue;
      }
      if (left <= 0) {
        const late = {
          ...status,
          failed: true,
          msg: `async task did not complete within the requested time - ${asyncSeconds}s`,
        };
        await tell("async-failed", late);
        return { ...begun, result: late };
      }
      await tell("async-poll", status);
    }
  }

  #jobHost(call: CallContext, connector: Connector, signal: AbortSignal): JobHost {
    const { settings, connection } = call;
    const asked =
      settings.environment["ANSIBLE_ASYNC_DIR"] ??
      connectionVariable(connection, ["ansible_async_dir"], this.#services.templar);
    const folder = asked === undefined || asked === null ? undefined : pythonString(asked);
    return { connector, become: settings.become, folder, signal };
  }

  async #operation(
    call: CallContext,
    connector: () => Promise<Connector>,
    route: Route,
    signal: AbortSignal,
    carryOut?: Start,
  ): Promise<{ -readonly [Key in keyof ModuleOutcome]: ModuleOutcome[Key] }> {
    const { connections, modules, store, censor } = this.#services;
    const operation = modules.operation(call.module);
    const foreign = modules.foreign(call.module);
    if (operation === undefined && foreign === undefined) throw new RangeError(call.module);
    const attempt = async () => {
      if (operation === undefined && foreign !== undefined) {
        const { foreign: runner } = this.#services;
        const given = this.#foreignCall(foreign, call, signal);
        const open = await connector();
        // What such a module will do nobody knows beforehand: it may change something.
        if (!given.checkMode) await call.beforeChange();
        if (carryOut === undefined) return runner.call(given, open);
        return { result: await carryOut(await runner.plan(given, open), open), warnings: [] };
      }
      if (operation === undefined) throw new RangeError(call.module);
      return callModule(
        {
          operation,
          module: call.module,
          writtenModule: call.task.writtenModule,
          arguments: call.given,
          settings: call.settings,
          scope: call.scope,
          host: call.host,
          templar: this.#services.templar,
          vault: this.#services.vault,
          facts: () => toPlain(store.facts(call.target)) as Record<string, unknown>,
          signal,
          learn: (secrets) => censor.learn(secrets),
          beforeChange: call.beforeChange,
          ...(carryOut === undefined ? {} : { carryOut }),
        },
        connector,
      );
    };
    const wasOpen = connections.has(call.target, route);
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      // Nothing ran through a connection of an earlier task that broke; what may have run is repeated only where that is harmless.
      const isHarmless =
        (isUnreachable(error) && wasOpen) ||
        (isOutcomeUnknown(error) && operation?.checkMode === "full" && operation.isIdempotent !== false);
      if (isUnreachable(error) || isOutcomeUnknown(error)) await connections.drop(call.target, route);
      if (!isHarmless) throw error;
      return attempt();
    }
  }

  #foreignCall(module: ForeignModule, call: CallContext, signal: AbortSignal): ForeignCall {
    const { templar, verbosity } = this.#services;
    const { settings, task } = call;
    return {
      module,
      writtenModule: task.writtenModule,
      arguments: call.given,
      become: settings.become,
      environment: settings.environment,
      checkMode: settings.checkMode,
      diff: settings.diff,
      noLog: this.isHidden(task, call.scope),
      isItem: task.loop !== undefined,
      verbosity,
      variable: (name) => connectionVariable(call.connection, [name], templar),
      signal,
    };
  }

  #route(call: CallContext): Route {
    const { task, connection, target } = call;
    return {
      key: connectionKey(task, connection, this.#services),
      variables: () => connectionVariables(task, connection, target, this.#services),
    };
  }

  #actionContext(
    call: CallContext,
    connector: () => Promise<Connector>,
    route: Route,
    signal: AbortSignal,
  ): ActionContext {
    const { store, templar, vault, connections, verbosity, prompt, settings } = this.#services;
    return {
      host: call.host,
      task: call.task,
      play: call.play,
      arguments: call.given,
      scope: call.scope,
      settings: call.settings,
      store,
      templar,
      vault,
      verbosity,
      hashBehaviour: settings.hashBehaviour ?? "replace",
      prompt,
      signal,
      jobs: this.#services.jobs,
      isWritten: (text) => this.#services.isWritten(text),
      jobHost: async () => this.#jobHost(call, await connector(), signal),
      connector,
      dropConnection: () => connections.drop(call.target, route),
    };
  }
}
