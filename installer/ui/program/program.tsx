import { Box, render, useApp, useInput, useWindowSize } from "ink";
import { type ReactElement, useEffect, useMemo, useState } from "react";
import { type Key, keysOf } from "../key/key.ts";

/** Size of the terminal in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * A full-screen program as three pure parts and one that acts: `update` takes a message and says the next model and what
 * to do, `view` draws a model, `perform` does it and reports back by messages.
 */
export interface Program<Model, Message, Effect> {
  readonly model: Model;
  readonly effects: readonly Effect[];
  onKey(key: Key): Message;
  update(model: Model, message: Message): { readonly model: Model; readonly effects: readonly Effect[] };
  view(model: Model, size: Size): ReactElement;
  perform(effect: Effect, send: (message: Message) => void): void;
  /** Takes the whole terminal; otherwise only the lines it draws. */
  readonly fillsScreen: boolean;
  /** The model the program ends with, once it shall end. */
  isOver(model: Model): boolean;
}

/** Smallest terminal everything is made for; in a smaller one the last lines are cut off. */
export const SMALLEST: Size = { columns: 80, rows: 24 };

/** Runs a program until it is over; resolves with its last model. */
export async function runProgram<Model, Message, Effect>(program: Program<Model, Message, Effect>): Promise<Model> {
  let last = program.model;
  const keep = (model: Model) => {
    last = model;
  };
  const app = render(<Running program={program} keep={keep} />, {
    exitOnCtrlC: false,
    maxFps: 10,
    // Whoever starts a program has seen that there is a terminal; ink would draw nothing where CI is in the environment.
    interactive: true,
  });
  await app.waitUntilExit();
  return last;
}

export interface RunningProps<Model, Message, Effect> {
  readonly program: Program<Model, Message, Effect>;
  keep(model: Model): void;
}

/** A program on the screen. */
export function Running<Model, Message, Effect>({ program, keep }: RunningProps<Model, Message, Effect>): ReactElement {
  const { exit } = useApp();
  const size = useSize();
  const [model, setModel] = useState(program.model);
  const send = useMemo(() => dispatcher(program, setModel, keep, exit), [program, keep, exit]);
  useEffect(() => {
    for (const effect of program.effects) program.perform(effect, send);
  }, [program, send]);
  useInput((input, key) => {
    for (const pressed of keysOf(input, key)) send(program.onKey(pressed));
  });
  const height = program.fillsScreen ? { height: size.rows - 1 } : {};
  return (
    // One line less than the terminal has: at its full height every frame would be a repaint that flickers.
    <Box flexDirection="column" width={size.columns} {...height} overflow="hidden">
      {program.view(model, { columns: size.columns, rows: size.rows - 1 })}
    </Box>
  );
}

function dispatcher<Model, Message, Effect>(
  program: Program<Model, Message, Effect>,
  show: (model: Model) => void,
  keep: (model: Model) => void,
  exit: () => void,
): (message: Message) => void {
  let current = program.model;
  const send = (message: Message): void => {
    const next = program.update(current, message);
    current = next.model;
    keep(current);
    show(current);
    for (const effect of next.effects) program.perform(effect, send);
    if (program.isOver(current)) exit();
  };
  return send;
}

function useSize(): Size {
  const { columns, rows } = useWindowSize();
  return { columns: columns > 0 ? columns : SMALLEST.columns, rows: rows > 0 ? rows : SMALLEST.rows };
}
