/** What stands for the names in a template. */
export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Replaces each `{{name}}` of a template.
 * @throws RangeError for a name without a value: a template never leaves holes.
 */
export function fillTemplate(text: string, values: TemplateValues, source: string): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`${source}: {{${name}}} has no value`);
    return value;
  });
}
