declare const phantom: unique symbol;

/** The value of a black token: it only counts, it carries nothing. */
export type Black = null;

/** A token type named at compile time; nothing of it exists at run time. */
export interface TokenType<Token> {
  readonly [phantom]?: Token;
}

/**
 * Names the type of a place's tokens, `.place('cart', token<Cart>())`, or of what a transition
 * emits, `emits: token<Mail>()`.
 */
export function token<Token>(): TokenType<Token> {
  return {};
}
