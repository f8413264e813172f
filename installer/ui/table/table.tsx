import { Box, Text } from "ink";
import type { ReactElement } from "react";
import { visibleWindow } from "./window.ts";

export interface Column {
  readonly title: string;
  /** Cells; the last column takes what is left. */
  readonly width?: number;
}

export interface Row {
  readonly id: string;
  readonly cells: readonly string[];
  readonly color?: "green" | "yellow" | "red" | "gray";
}

export interface TableProps {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Row the person is on; none when rows cannot be chosen. */
  readonly at?: number;
  /** Lines for rows, the title line not counted. */
  readonly height: number;
}

/** Rows under column titles, scrolled so that the chosen one is in sight, with what is out of sight counted. */
export function Table({ columns, rows, at, height }: TableProps): ReactElement {
  const [first, end] = visibleWindow(rows.length, at ?? 0, rows.length > height ? height - 1 : height);
  const hidden = rows.length - (end - first);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line columns={columns} cells={columns.map((column) => column.title)} mark=" " dim />
      {rows.slice(first, end).map((row, index) => {
        const chosen = first + index === at;
        const tint = row.color === undefined ? {} : { color: row.color };
        return (
          <Line key={row.id} columns={columns} cells={row.cells} mark={chosen ? "›" : " "} bold={chosen} {...tint} />
        );
      })}
      {hidden > 0 ? <Text dimColor>{`  … ${hidden} more; arrow keys move`}</Text> : null}
    </Box>
  );
}

interface LineProps {
  readonly columns: readonly Column[];
  readonly cells: readonly string[];
  readonly mark: string;
  readonly color?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

function Line({ columns, cells, mark, color, bold = false, dim = false }: LineProps): ReactElement {
  const tint = color === undefined ? {} : { color };
  return (
    <Box>
      <Box width={2} flexShrink={0}>
        <Text color="cyan">{mark}</Text>
      </Box>
      {columns.map((column, index) => (
        <Box
          key={column.title}
          {...(column.width === undefined ? { flexGrow: 1, flexShrink: 1 } : { width: column.width, flexShrink: 0 })}
          {...(index === columns.length - 1 ? {} : { marginRight: 1 })}
          overflow="hidden"
        >
          <Text bold={bold} dimColor={dim} wrap="truncate" {...tint}>
            {cells[index] ?? ""}
          </Text>
        </Box>
      ))}
    </Box>
  );
}
