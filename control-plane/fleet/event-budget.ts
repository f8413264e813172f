import type { NewEvent } from "../store/event-log.ts";

/** Events about its own checks that one node may cause at once, and how fast that many more become possible. */
const BURST = 200;
const REFILL_MILLISECONDS = 10_000;
/** What a node's own words decide the number of; its state changes slowly enough by itself. */
const BOUNDED: readonly string[] = ["CHECK_PROBLEM", "CHECK_RECOVERED"];

interface Budget {
  left: number;
  at: number;
  suppressed: number;
}

/**
 * Keeps one node that is broken or hostile from pushing everything else out of the events, which are bounded. What is left
 * out is counted and told.
 */
export class EventBudget {
  readonly #report: (event: NewEvent) => void;
  readonly #now: () => number;
  readonly #budgets = new Map<string, Budget>();

  /** `now` is monotonic, in milliseconds. */
  constructor(report: (event: NewEvent) => void, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  report(event: NewEvent): void {
    const { node } = event;
    if (node === undefined || !BOUNDED.includes(event.code)) {
      this.#report(event);
      return;
    }
    const budget = this.#budgetOf(node);
    if (budget.left < 1) {
      if (budget.suppressed === 0) this.#report(suppressionOf(node));
      budget.suppressed += 1;
      return;
    }
    budget.left -= 1;
    if (budget.suppressed > 0) {
      const { suppressed } = budget;
      budget.suppressed = 0;
      const message = `${suppressed} events about checks of ${node} were left out.`;
      this.#report({ code: "CHECK_EVENTS_SUPPRESSED", severity: "warning", node, message, data: { suppressed } });
    }
    this.#report(event);
  }

  #budgetOf(node: string): Budget {
    const now = this.#now();
    const budget = this.#budgets.get(node) ?? { left: BURST, at: now, suppressed: 0 };
    const refilled = Math.floor((now - budget.at) / REFILL_MILLISECONDS);
    budget.left = Math.min(BURST, budget.left + refilled);
    budget.at += refilled * REFILL_MILLISECONDS;
    this.#budgets.set(node, budget);
    return budget;
  }
}

function suppressionOf(node: string): NewEvent {
  return {
    code: "CHECK_EVENTS_SUPPRESSED",
    severity: "warning",
    node,
    message: `${node} reports changes of its checks so fast that they are counted, not recorded.`,
  };
}
