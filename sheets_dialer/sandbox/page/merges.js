/* Merged cells: which of them lies where, and how much of one is in sight. */

export class Merges {
  constructor(tab) {
    this.all = tab.merges.map(([top, bottom, left, right]) => ({ top, bottom, left, right }));
  }

  at(row, column) {
    return this.all.find((each) => each.top <= row && row < each.bottom
      && each.left <= column && column < each.right);
  }

  /* The cell that a place means: of a merge its upper left one. */
  corner(place) {
    const merge = this.at(place.row, place.column);
    return merge ? { row: merge.top, column: merge.left } : place;
  }

  /* How a merge is drawn at this cell of rows and columns in sight; null where another cell of it
     is drawn for this one. */
  drawn(merge, row, column, rows, columns) {
    const down = rows.filter((each) => merge.top <= each && each < merge.bottom);
    const across = columns.filter((each) => merge.left <= each.index && each.index < merge.right);
    const isFirst = down[0] === row && across[0].index === column;
    return isFirst ? { rowSpan: down.length, colSpan: across.length } : null;
  }

  /* Where a step leads that ends in the merge that it began in: beyond it. */
  beyond(from, [down, right]) {
    const merge = this.at(from.row, from.column);
    if (!merge) return from;
    return {
      row: down > 0 ? merge.bottom - 1 : down < 0 ? merge.top : from.row,
      column: right > 0 ? merge.right - 1 : right < 0 ? merge.left : from.column,
    };
  }
}
