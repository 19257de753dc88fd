/** Curves of the older models. The form is that of `parseModel`. */
export const CURVE_MODELS: Readonly<Record<number, string>> = {
  126: `
      ActCrv uint16! rw
      ModEna bitfield16! rw
      WinTms uint16 Secs rw
      RvrtTms uint16 Secs rw
      RmpTms uint16 Secs rw
      NCrv uint16!
      NPt uint16!
      V_SF sunssf!
      DeptRef_SF sunssf!
      RmpIncDec_SF sunssf
      curve rest {
        ActPt uint16! rw
        DeptRef enum16! rw
        V1 uint16! %VRef *V_SF rw
        VAr1 int16! *DeptRef_SF rw
        V2 uint16 %VRef *V_SF rw
        VAr2 int16 *DeptRef_SF rw
        V3 uint16 %VRef *V_SF rw
        VAr3 int16 *DeptRef_SF rw
        V4 uint16 %VRef *V_SF rw
        VAr4 int16 *DeptRef_SF rw
        V5 uint16 %VRef *V_SF rw
        VAr5 int16 *DeptRef_SF rw
        V6 uint16 %VRef *V_SF rw
        VAr6 int16 *DeptRef_SF rw
        V7 uint16 %VRef *V_SF rw
        VAr7 int16 *DeptRef_SF rw
        V8 uint16 %VRef *V_SF rw
        VAr8 int16 *DeptRef_SF rw
        V9 uint16 %VRef *V_SF rw
        VAr9 int16 *DeptRef_SF rw
        V10 uint16 %VRef *V_SF rw
        VAr10 int16 *DeptRef_SF rw
        V11 uint16 %VRef *V_SF rw
        VAr11 int16 *DeptRef_SF rw
        V12 uint16 %VRef *V_SF rw
        VAr12 int16 *DeptRef_SF rw
        V13 uint16 %VRef *V_SF rw
        VAr13 int16 *DeptRef_SF rw
        V14 uint16 %VRef *V_SF rw
        VAr14 int16 *DeptRef_SF rw
        V15 uint16 %VRef *V_SF rw
        VAr15 int16 *DeptRef_SF rw
        V16 uint16 %VRef *V_SF rw
        VAr16 int16 *DeptRef_SF rw
        V17 uint16 %VRef *V_SF rw
        VAr17 int16 *DeptRef_SF rw
        V18 uint16 %VRef *V_SF rw
        VAr18 int16 *DeptRef_SF rw
        V19 uint16 %VRef *V_SF rw
        VAr19 int16 *DeptRef_SF rw
        V20 uint16 %VRef *V_SF rw
        VAr20 int16 *DeptRef_SF rw
        CrvNam string:8 rw
        RmpTms uint16 Secs rw
        RmpDecTmm uint16 %ref_value/min *RmpIncDec_SF rw
        RmpIncTmm uint16 %ref_value/min *RmpIncDec_SF rw
        ReadOnly enum16!
      }
  `,
  129: `
      ActCrv uint16! rw
      ModEna bitfield16! rw
      WinTms uint16 Secs rw
      RvrtTms uint16 Secs rw
      RmpTms uint16 Secs rw
      NCrv uint16!
      NPt uint16!
      Tms_SF sunssf!
      V_SF sunssf!
      Pad pad
      curve rest {
        ActPt uint16! rw
        Tms1 uint16 Secs *Tms_SF rw
        V1 uint16 %VRef *V_SF rw
        Tms2 uint16 Secs *Tms_SF rw
        V2 uint16 %VRef *V_SF rw
        Tms3 uint16 Secs *Tms_SF rw
        V3 uint16 %VRef *V_SF rw
        Tms4 uint16 Secs *Tms_SF rw
        V4 uint16 %VRef *V_SF rw
        Tms5 uint16 Secs *Tms_SF rw
        V5 uint16 %VRef *V_SF rw
        Tms6 uint16 Secs *Tms_SF rw
        V6 uint16 %VRef *V_SF rw
        Tms7 uint16 Secs *Tms_SF rw
        V7 uint16 %VRef *V_SF rw
        Tms8 uint16 Secs *Tms_SF rw
        V8 uint16 %VRef *V_SF rw
        Tms9 uint16 Secs *Tms_SF rw
        V9 uint16 %VRef *V_SF rw
        Tms10 uint16 Secs *Tms_SF rw
        V10 uint16 %VRef *V_SF rw
        Tms11 uint16 Secs *Tms_SF rw
        V11 uint16 %VRef *V_SF rw
        Tms12 uint16 Secs *Tms_SF rw
        V12 uint16 %VRef *V_SF rw
        Tms13 uint16 Secs *Tms_SF rw
        V13 uint16 %VRef *V_SF rw
        Tms14 uint16 Secs *Tms_SF rw
        V14 uint16 %VRef *V_SF rw
        Tms15 uint16 Secs *Tms_SF rw
        V15 uint16 %VRef *V_SF rw
        Tms16 uint16 Secs *Tms_SF rw
        V16 uint16 %VRef *V_SF rw
        Tms17 uint16 Secs *Tms_SF rw
        V17 uint16 %VRef *V_SF rw
        Tms18 uint16 Secs *Tms_SF rw
        V18 uint16 %VRef *V_SF rw
        Tms19 uint16 Secs *Tms_SF rw
        V19 uint16 %VRef *V_SF rw
        Tms20 uint16 Secs *Tms_SF rw
        V20 uint16 %VRef *V_SF rw
        CrvNam string:8 rw
        ReadOnly enum16!
      }
  `,
};
