/**
 * The same function, which works the answer to each argument out once. For arguments that never change and are asked
 * about again and again, such as all findings of a scan; an answer goes when its argument goes.
 */
export function remembered<Argument extends object, Answer>(
  work: (argument: Argument) => Answer,
): (argument: Argument) => Answer {
  const answers = new WeakMap<Argument, { readonly answer: Answer }>();
  return (argument) => {
    const known = answers.get(argument);
    if (known !== undefined) return known.answer;
    const answer = work(argument);
    answers.set(argument, { answer });
    return answer;
  };
}
