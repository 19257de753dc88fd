/** IEEE 1547 devices: measurements, ratings and controls. The form is that of `parseModel`. */
export const DER_MODELS: Readonly<Record<number, string>> = {
  701: `
      ACType enum16!
      St enum16
      InvSt enum16
      ConnSt enum16
      Alrm bitfield32
      DERMode bitfield32
      W int16 W *W_SF
      VA int16 VA *VA_SF
      Var int16 Var *Var_SF
      PF int16 *PF_SF
      A int16 A *A_SF
      LLV uint16 V *V_SF
      LNV uint16 V *V_SF
      Hz uint32 Hz *Hz_SF
      TotWhInj uint64 Wh *TotWh_SF
      TotWhAbs uint64 Wh *TotWh_SF
      TotVarhInj uint64 Varh *TotVarh_SF
      TotVarhAbs uint64 Varh *TotVarh_SF
      TmpAmb int16 C *Tmp_SF
      TmpCab int16 C *Tmp_SF
      TmpSnk int16 C *Tmp_SF
      TmpTrns int16 C *Tmp_SF
      TmpSw int16 C *Tmp_SF
      TmpOt int16 C *Tmp_SF
      WL1 int16 W *W_SF
      VAL1 int16 VA *VA_SF
      VarL1 int16 Var *Var_SF
      PFL1 int16 *PF_SF
      AL1 int16 A *A_SF
      VL1L2 uint16 V *V_SF
      VL1 uint16 V *V_SF
      TotWhInjL1 uint64 Wh *TotWh_SF
      TotWhAbsL1 uint64 Wh *TotWh_SF
      TotVarhInjL1 uint64 Varh *TotVarh_SF
      TotVarhAbsL1 uint64 Varh *TotVarh_SF
      WL2 int16 W *W_SF
      VAL2 int16 VA *VA_SF
      VarL2 int16 Var *Var_SF
      PFL2 int16 *PF_SF
      AL2 int16 A *A_SF
      VL2L3 uint16 V *V_SF
      VL2 uint16 V *V_SF
      TotWhInjL2 uint64 Wh *TotWh_SF
      TotWhAbsL2 uint64 Wh *TotWh_SF
      TotVarhInjL2 uint64 Varh *TotVarh_SF
      TotVarhAbsL2 uint64 Varh *TotVarh_SF
      WL3 int16 W *W_SF
      VAL3 int16 VA *VA_SF
      VarL3 int16 Var *Var_SF
      PFL3 int16 *PF_SF
      AL3 int16 A *A_SF
      VL3L1 uint16 V *V_SF
      VL3 uint16 V *V_SF
      TotWhInjL3 uint64 Wh *TotWh_SF
      TotWhAbsL3 uint64 Wh *TotWh_SF
      TotVarhInjL3 uint64 Varh *TotVarh_SF
      TotVarhAbsL3 uint64 Varh *TotVarh_SF
      ThrotPct uint16 Pct
      ThrotSrc bitfield32
      A_SF sunssf
      V_SF sunssf
      Hz_SF sunssf
      W_SF sunssf
      PF_SF sunssf
      VA_SF sunssf
      Var_SF sunssf
      TotWh_SF sunssf
      TotVarh_SF sunssf
      Tmp_SF sunssf
      MnAlrmInfo string:32
  `,
  702: `
      WMaxRtg uint16 W *W_SF
      WOvrExtRtg uint16 W *W_SF
      WOvrExtRtgPF uint16 *PF_SF
      WUndExtRtg uint16 W *W_SF
      WUndExtRtgPF uint16 *PF_SF
      VAMaxRtg uint16 VA *VA_SF
      VarMaxInjRtg uint16 Var *Var_SF
      VarMaxAbsRtg uint16 Var *Var_SF
      WChaRteMaxRtg uint16 W *W_SF
      WDisChaRteMaxRtg uint16 W *W_SF
      VAChaRteMaxRtg uint16 VA *VA_SF
      VADisChaRteMaxRtg uint16 VA *VA_SF
      VNomRtg uint16 V *V_SF
      VMaxRtg uint16 V *V_SF
      VMinRtg uint16 V *V_SF
      AMaxRtg uint16 A *A_SF
      PFOvrExtRtg uint16 *PF_SF
      PFUndExtRtg uint16 *PF_SF
      ReactSusceptRtg uint16 S *S_SF
      NorOpCatRtg enum16
      AbnOpCatRtg enum16
      CtrlModes bitfield32
      IntIslandCatRtg bitfield16
      WMax uint16 W *W_SF rw
      WMaxOvrExt uint16 W *W_SF rw
      WOvrExtPF uint16 *PF_SF rw
      WMaxUndExt uint16 W *W_SF rw
      WUndExtPF uint16 *PF_SF rw
      VAMax uint16 VA *VA_SF rw
      VarMaxInj uint16 Var *Var_SF rw
      VarMaxAbs uint16 Var *Var_SF rw
      WChaRteMax uint16 W *W_SF rw
      WDisChaRteMax uint16 W *W_SF rw
      VAChaRteMax uint16 VA *VA_SF rw
      VADisChaRteMax uint16 VA *VA_SF rw
      VNom uint16 V *V_SF rw
      VMax uint16 V *V_SF rw
      VMin uint16 V *V_SF rw
      AMax uint16 A *A_SF rw
      PFOvrExt uint16 *PF_SF rw
      PFUndExt uint16 *PF_SF rw
      IntIslandCat bitfield16 rw
      W_SF sunssf
      PF_SF sunssf
      VA_SF sunssf
      Var_SF sunssf
      V_SF sunssf
      A_SF sunssf
      S_SF sunssf
  `,
  703: `
      ES enum16 rw
      ESVHi uint16 Pct *V_SF rw
      ESVLo uint16 Pct *V_SF rw
      ESHzHi uint32 Hz *Hz_SF rw
      ESHzLo uint32 Hz *Hz_SF rw
      ESDlyTms uint32 Secs rw
      ESRndTms uint32 Secs rw
      ESRmpTms uint32 Secs rw
      ESDlyRemTms uint32 Secs
      V_SF sunssf
      Hz_SF sunssf
  `,
  704: `
      PFWInjEna enum16 rw
      PFWInjEnaRvrt enum16 rw
      PFWInjRvrtTms uint32 Secs rw
      PFWInjRvrtRem uint32 Secs
      PFWAbsEna enum16 rw
      PFWAbsEnaRvrt enum16 rw
      PFWAbsRvrtTms uint32 Secs rw
      PFWAbsRvrtRem uint32 Secs
      WMaxLimPctEna enum16 rw
      WMaxLimPct uint16 Pct *WMaxLimPct_SF rw
      WMaxLimPctRvrt uint16 Pct *WMaxLimPct_SF rw
      WMaxLimPctEnaRvrt enum16 rw
      WMaxLimPctRvrtTms uint32 Secs rw
      WMaxLimPctRvrtRem uint32 Secs
      WSetEna enum16 rw
      WSetMod enum16 rw
      WSet int32 W *WSet_SF rw
      WSetRvrt int32 W *WSet_SF rw
      WSetPct int16 Pct *WSetPct_SF rw
      WSetPctRvrt int16 Pct *WSetPct_SF rw
      WSetEnaRvrt enum16 rw
      WSetRvrtTms uint32 Secs rw
      WSetRvrtRem uint32 Secs
      VarSetEna enum16 rw
      VarSetMod enum16 rw
      VarSetPri enum16 rw
      VarSet int32 Var *VarSet_SF rw
      VarSetRvrt int32 Var *VarSet_SF rw
      VarSetPct int16 Pct *VarSetPct_SF rw
      VarSetPctRvrt int16 Pct *VarSetPct_SF rw
      VarSetEnaRvrt enum16 rw
      VarSetRvrtTms uint32 Secs rw
      VarSetRvrtRem uint32 Secs
      WRmp uint16 %Max/Sec rw
      WRmpRef enum16 rw
      VarRmp uint16 %Max/Sec rw
      AntiIslEna enum16 rw
      PF_SF sunssf
      WMaxLimPct_SF sunssf
      WSet_SF sunssf
      WSetPct_SF sunssf
      VarSet_SF sunssf
      VarSetPct_SF sunssf
      PFWInj {
        PF uint16 *PF_SF rw
        Ext enum16 rw
      }
      PFWInjRvrt {
        PF uint16 *PF_SF rw
        Ext enum16 rw
      }
      PFWAbs {
        PF uint16 *PF_SF rw
        Ext enum16 rw
      }
      PFWAbsRvrt {
        PF uint16 *PF_SF rw
        Ext enum16 rw
      }
  `,
};
