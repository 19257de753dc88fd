/** Who made the device. The form is that of `parseModel`. */
export const COMMON_MODEL: Readonly<Record<number, string>> = {
  1: `
      Mn string:16!
      Md string:16!
      Opt string:8
      Vr string:8
      SN string:16!
      DA uint16 rw
      Pad pad
  `,
};
