/**
 * Preloaded into a child (`NODE_OPTIONS=--import=…/clock.mjs`): its clock stands still at PKI_CLOCK, milliseconds since
 * 1970. What the child itself starts, openssl among it, has the real time.
 */
const at = Number(process.env.PKI_CLOCK);
if (!Number.isSafeInteger(at)) throw new Error(`PKI_CLOCK is no time: ${process.env.PKI_CLOCK}`);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(at);
    else super(...args);
  }
  static now() {
    return at;
  }
};
