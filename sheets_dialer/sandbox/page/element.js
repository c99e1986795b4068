/* Builds an element; text always goes in as text, never as markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/* Gives a cell a class and says in its tooltip what it means. */
export function mark(cell, className, title) {
  cell.classList.add(className);
  cell.title = cell.title ? `${cell.title}\n${title}` : title;
}
