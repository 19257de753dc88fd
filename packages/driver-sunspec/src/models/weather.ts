/** Weather stations. The form is that of `parseModel`. */
export const WEATHER_MODELS: Readonly<Record<number, string>> = {
  307: `
      TmpAmb int16 C *-1
      RH int16 Pct
      Pres int16 HPa
      WndSpd int16 mps
      WndDir int16 deg
      Rain int16 mm
      Snw int16 mm
      PPT int16
      ElecFld int16 Vm
      SurWet int16 kO
      SoilWet int16 Pct
  `,
};
