/** Storage: 124 of an inverter, 713 capacity, 801-804 batteries by themselves. The form is that of `parseModel`. */
export const STORAGE_MODELS: Readonly<Record<number, string>> = {
  124: `
      WChaMax uint16! W *WChaMax_SF rw
      WChaGra uint16! %WChaMax/sec *WChaDisChaGra_SF rw
      WDisChaGra uint16! %WChaMax/sec *WChaDisChaGra_SF rw
      StorCtl_Mod bitfield16! rw
      VAChaMax uint16 VA *VAChaMax_SF rw
      MinRsvPct uint16 %WChaMax *MinRsvPct_SF rw
      ChaState uint16 %AhrRtg *ChaState_SF
      StorAval uint16 AH *StorAval_SF
      InBatV uint16 V *InBatV_SF
      ChaSt enum16
      OutWRte int16 %WDisChaMax *InOutWRte_SF rw
      InWRte int16 %WChaMax *InOutWRte_SF rw
      InOutWRte_WinTms uint16 Secs rw
      InOutWRte_RvrtTms uint16 Secs rw
      InOutWRte_RmpTms uint16 Secs rw
      ChaGriSet enum16 rw
      WChaMax_SF sunssf!
      WChaDisChaGra_SF sunssf!
      VAChaMax_SF sunssf
      MinRsvPct_SF sunssf
      ChaState_SF sunssf
      StorAval_SF sunssf
      InBatV_SF sunssf
      InOutWRte_SF sunssf
  `,
  713: `
      WHRtg uint16 WH *WH_SF
      WHAvail uint16 WH *WH_SF
      SoC uint16 Pct *Pct_SF
      SoH uint16 Pct *Pct_SF
      Sta enum16
      WH_SF sunssf
      Pct_SF sunssf
  `,
  801: `
      DEPRECATED enum16!
  `,
  802: `
      AHRtg uint16! Ah *AHRtg_SF
      WHRtg uint16! Wh *WHRtg_SF
      WChaRteMax uint16! W *WChaDisChaMax_SF
      WDisChaRteMax uint16! W *WChaDisChaMax_SF
      DisChaRte uint16 %WHRtg *DisChaRte_SF
      SoCMax uint16 %WHRtg *SoC_SF
      SoCMin uint16 %WHRtg *SoC_SF
      SocRsvMax uint16 %WHRtg *SoC_SF rw
      SoCRsvMin uint16 %WHRtg *SoC_SF rw
      SoC uint16! %WHRtg *SoC_SF
      DoD uint16 % *DoD_SF
      SoH uint16 % *SoH_SF
      NCyc uint32
      ChaSt enum16
      LocRemCtl enum16!
      Hb uint16
      CtrlHb uint16 rw
      AlmRst uint16! rw
      Typ enum16!
      State enum16!
      StateVnd enum16
      WarrDt uint32
      Evt1 bitfield32!
      Evt2 bitfield32!
      EvtVnd1 bitfield32!
      EvtVnd2 bitfield32!
      V uint16! V *V_SF
      VMax uint16 V *V_SF
      VMin uint16 V *V_SF
      CellVMax uint16 V *CellV_SF
      CellVMaxStr uint16
      CellVMaxMod uint16
      CellVMin uint16 V *CellV_SF
      CellVMinStr uint16
      CellVMinMod uint16
      CellVAvg uint16 V *CellV_SF
      A int16! A *A_SF
      AChaMax uint16 A *AMax_SF
      ADisChaMax uint16 A *AMax_SF
      W int16! W *W_SF
      ReqInvState enum16
      ReqW int16 W *W_SF
      SetOp enum16! rw
      SetInvState enum16! rw
      AHRtg_SF sunssf!
      WHRtg_SF sunssf!
      WChaDisChaMax_SF sunssf!
      DisChaRte_SF sunssf
      SoC_SF sunssf!
      DoD_SF sunssf
      SoH_SF sunssf
      V_SF sunssf!
      CellV_SF sunssf!
      A_SF sunssf!
      AMax_SF sunssf!
      W_SF sunssf
  `,
  803: `
      NStr uint16!
      NStrCon uint16!
      ModTmpMax int16! C *ModTmp_SF
      ModTmpMaxStr uint16
      ModTmpMaxMod uint16
      ModTmpMin int16! C *ModTmp_SF
      ModTmpMinStr uint16
      ModTmpMinMod uint16
      ModTmpAvg int16 C *ModTmp_SF
      StrVMax uint16 V *V_SF
      StrVMaxStr uint16
      StrVMin uint16 V *V_SF
      StrVMinStr uint16
      StrVAvg uint16 V *V_SF
      StrAMax int16 A *A_SF
      StrAMaxStr uint16
      StrAMin int16 A *A_SF
      StrAMinStr uint16
      StrAAvg int16 A *A_SF
      NCellBal uint16
      CellV_SF sunssf!
      ModTmp_SF sunssf!
      A_SF sunssf!
      SoH_SF sunssf
      SoC_SF sunssf!
      V_SF sunssf
      string NStr {
        StrNMod uint16!
        StrSt bitfield32!
        StrConFail enum16
        StrSoC uint16! % *SoC_SF
        StrSoH uint16 % *SoH_SF
        StrA int16! A *A_SF
        StrCellVMax uint16! V *CellV_SF
        StrCellVMaxMod uint16
        StrCellVMin uint16! V *CellV_SF
        StrCellVMinMod uint16
        StrCellVAvg uint16! V *CellV_SF
        StrModTmpMax int16! C *ModTmp_SF
        StrModTmpMaxMod uint16
        StrModTmpMin int16! C *ModTmp_SF
        StrModTmpMinMod uint16
        StrModTmpAvg int16! C *ModTmp_SF
        StrDisRsn enum16
        StrConSt bitfield32
        StrEvt1 bitfield32!
        StrEvt2 bitfield32
        StrEvtVnd1 bitfield32
        StrEvtVnd2 bitfield32
        StrSetEna enum16 rw
        StrSetCon enum16 rw
        Pad1 pad!
        Pad2 pad!
      }
  `,
  804: `
      Idx uint16!
      NMod uint16!
      St bitfield32!
      ConFail enum16
      NCellBal uint16
      SoC uint16! % *SoC_SF
      DoD uint16 % *DoD_SF
      NCyc uint32
      SoH uint16 % *SoH_SF
      A int16! A *A_SF
      V uint16 V *V_SF
      CellVMax uint16! V *CellV_SF
      CellVMaxMod uint16
      CellVMin uint16! V *CellV_SF
      CellVMinMod uint16
      CellVAvg uint16! V *CellV_SF
      ModTmpMax int16! C *ModTmp_SF
      ModTmpMaxMod uint16!
      ModTmpMin int16! C *ModTmp_SF
      ModTmpMinMod uint16!
      ModTmpAvg int16! C *ModTmp_SF
      Pad1 pad!
      ConSt bitfield32
      Evt1 bitfield32!
      Evt2 bitfield32
      EvtVnd1 bitfield32
      EvtVnd2 bitfield32
      SetEna enum16 rw
      SetCon enum16 rw
      SoC_SF sunssf!
      SoH_SF sunssf
      DoD_SF sunssf
      A_SF sunssf!
      V_SF sunssf
      CellV_SF sunssf!
      ModTmp_SF sunssf!
      Pad2 pad!
      Pad3 pad!
      Pad4 pad!
      lithium_ion_string_module NMod {
        ModNCell uint16!
        ModSoC uint16 % *SoC_SF
        ModSoH uint16 % *SoH_SF
        ModCellVMax uint16! V *CellV_SF
        ModCellVMaxCell uint16
        ModCellVMin uint16! V *CellV_SF
        ModCellVMinCell uint16
        ModCellVAvg uint16! V *CellV_SF
        ModCellTmpMax int16! C *ModTmp_SF
        ModCellTmpMaxCell uint16
        ModCellTmpMin int16! C *ModTmp_SF
        ModCellTmpMinCell uint16
        ModCellTmpAvg int16! C *ModTmp_SF
        Pad5 pad!
        Pad6 pad!
        Pad7 pad!
      }
  `,
};
