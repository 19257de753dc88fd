/** Ratings, settings, state and immediate controls of an inverter. The form is that of `parseModel`. */
export const IMMEDIATE_MODELS: Readonly<Record<number, string>> = {
  120: `
      DERTyp enum16!
      WRtg uint16! W *WRtg_SF
      WRtg_SF sunssf!
      VARtg uint16! VA *VARtg_SF
      VARtg_SF sunssf!
      VArRtgQ1 int16! var *VArRtg_SF
      VArRtgQ2 int16! var *VArRtg_SF
      VArRtgQ3 int16! var *VArRtg_SF
      VArRtgQ4 int16! var *VArRtg_SF
      VArRtg_SF sunssf!
      ARtg uint16! A *ARtg_SF
      ARtg_SF sunssf!
      PFRtgQ1 int16! cos() *PFRtg_SF
      PFRtgQ2 int16! cos() *PFRtg_SF
      PFRtgQ3 int16! cos() *PFRtg_SF
      PFRtgQ4 int16! cos() *PFRtg_SF
      PFRtg_SF sunssf!
      WHRtg uint16 Wh *WHRtg_SF
      WHRtg_SF sunssf
      AhrRtg uint16 AH *AhrRtg_SF
      AhrRtg_SF sunssf
      MaxChaRte uint16 W *MaxChaRte_SF
      MaxChaRte_SF sunssf
      MaxDisChaRte uint16 W *MaxDisChaRte_SF
      MaxDisChaRte_SF sunssf
      Pad pad
  `,
  121: `
      WMax uint16! W *WMax_SF rw
      VRef uint16! V *VRef_SF rw
      VRefOfs int16! V *VRefOfs_SF rw
      VMax uint16 V *VMinMax_SF rw
      VMin uint16 V *VMinMax_SF rw
      VAMax uint16 VA *VAMax_SF rw
      VArMaxQ1 int16 var *VArMax_SF rw
      VArMaxQ2 int16 var *VArMax_SF rw
      VArMaxQ3 int16 var *VArMax_SF rw
      VArMaxQ4 int16 var *VArMax_SF rw
      WGra uint16 %WMax/sec *WGra_SF rw
      PFMinQ1 int16 cos() *PFMin_SF rw
      PFMinQ2 int16 cos() *PFMin_SF rw
      PFMinQ3 int16 cos() *PFMin_SF rw
      PFMinQ4 int16 cos() *PFMin_SF rw
      VArAct enum16 rw
      ClcTotVA enum16 rw
      MaxRmpRte uint16 %WGra *MaxRmpRte_SF rw
      ECPNomHz uint16 Hz *ECPNomHz_SF rw
      ConnPh enum16 rw
      WMax_SF sunssf!
      VRef_SF sunssf!
      VRefOfs_SF sunssf!
      VMinMax_SF sunssf
      VAMax_SF sunssf
      VArMax_SF sunssf
      WGra_SF sunssf
      PFMin_SF sunssf
      MaxRmpRte_SF sunssf
      ECPNomHz_SF sunssf
  `,
  122: `
      PVConn bitfield16!
      StorConn bitfield16!
      ECPConn bitfield16!
      ActWh acc64 Wh
      ActVAh acc64 VAh
      ActVArhQ1 acc64 varh
      ActVArhQ2 acc64 varh
      ActVArhQ3 acc64 varh
      ActVArhQ4 acc64 varh
      VArAval int16 var *VArAval_SF
      VArAval_SF sunssf
      WAval uint16 var *WAval_SF
      WAval_SF sunssf
      StSetLimMsk bitfield32
      StActCtl bitfield32
      TmSrc string:4
      Tms uint32 Secs
      RtSt bitfield16
      Ris uint16 ohms *Ris_SF
      Ris_SF sunssf
  `,
  123: `
      Conn_WinTms uint16 Secs rw
      Conn_RvrtTms uint16 Secs rw
      Conn enum16! rw
      WMaxLimPct uint16! %WMax *WMaxLimPct_SF rw
      WMaxLimPct_WinTms uint16 Secs rw
      WMaxLimPct_RvrtTms uint16 Secs rw
      WMaxLimPct_RmpTms uint16 Secs rw
      WMaxLim_Ena enum16! rw
      OutPFSet int16! cos() *OutPFSet_SF rw
      OutPFSet_WinTms uint16 Secs rw
      OutPFSet_RvrtTms uint16 Secs rw
      OutPFSet_RmpTms uint16 Secs rw
      OutPFSet_Ena enum16! rw
      VArWMaxPct int16 %WMax *VArPct_SF rw
      VArMaxPct int16 %VArMax *VArPct_SF rw
      VArAvalPct int16 %VArAval *VArPct_SF rw
      VArPct_WinTms uint16 Secs rw
      VArPct_RvrtTms uint16 Secs rw
      VArPct_RmpTms uint16 Secs rw
      VArPct_Mod enum16 rw
      VArPct_Ena enum16! rw
      WMaxLimPct_SF sunssf!
      OutPFSet_SF sunssf!
      VArPct_SF sunssf
  `,
};
