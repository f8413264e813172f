import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { storageControllers } from "./fact.ts";

testFactCases(storageControllers, import.meta.url);
