import ChecksList from "./list.ts";

/** The bare topic lists. */
export default class Checks extends ChecksList {}
