/** How much trouble a driver may make; all in real time. */
export interface HostLimits {
  /** Restarts within `windowMs`; one more failure stops the driver for good. Default 5. */
  readonly restarts: number;
  /** Default one hour. */
  readonly windowMs: number;
  /** Wait before the first restart, doubling with each within the window. Default 1000 ms. */
  readonly backoffMs: number;
  /** Loading a package takes no longer. Default 60,000 ms. */
  readonly loadMs: number;
  /** A thread that answers nothing for so long hangs. Default 5000 ms. */
  readonly silentMs: number;
  /** A call that takes so long never ends. Default 60,000 ms. */
  readonly callMs: number;
  /** Memory of the thread. Default 128 MB. */
  readonly memoryMegabytes: number;
}

/** What holds unless the owner says otherwise. */
export const HOST_LIMITS: HostLimits = {
  restarts: 5,
  windowMs: 3_600_000,
  backoffMs: 1000,
  loadMs: 60_000,
  silentMs: 5000,
  callMs: 60_000,
  memoryMegabytes: 128,
};

/** The file that runs in a driver's thread, and how Node is to start it. */
export interface WorkerFile {
  readonly file: string | URL;
  /** Options of Node for the thread; default none. */
  readonly execArgv?: readonly string[];
  /** Conditions of `exports` besides Node's own; default none. */
  readonly conditions?: readonly string[];
}
