/** The DC side: strings, ports and combiners. The form is that of `parseModel`. */
export const DC_MODULE_MODELS: Readonly<Record<number, string>> = {
  160: `
      DCA_SF sunssf
      DCV_SF sunssf
      DCW_SF sunssf
      DCWH_SF sunssf
      Evt bitfield32
      N count
      TmsPer uint16
      module rest {
        ID uint16
        IDStr string:8
        DCA uint16 A *DCA_SF
        DCV uint16 V *DCV_SF
        DCW uint16 W *DCW_SF
        DCWH acc32 Wh *DCWH_SF
        Tms uint32 Secs
        Tmp int16 C
        DCSt enum16
        DCEvt bitfield32
      }
  `,
  401: `
      DCA_SF sunssf!
      DCAhr_SF sunssf
      DCV_SF sunssf
      DCAMax uint16! A *DCA_SF
      N count!
      Evt bitfield32!
      EvtVnd bitfield32
      DCA int16! A *DCA_SF
      DCAhr uint32 Ah *DCAhr_SF
      DCV uint16 V *DCV_SF
      Tmp int16 C
      string rest {
        InID uint16!
        InEvt bitfield32!
        InEvtVnd bitfield32
        InDCA int16! A *DCA_SF
        InDCAhr uint32 Ah *DCAhr_SF
      }
  `,
  403: `
      DCA_SF sunssf!
      DCAhr_SF sunssf
      DCV_SF sunssf
      DCAMax uint16! A *DCA_SF
      N count!
      Evt bitfield32!
      EvtVnd bitfield32
      DCA int16! A *DCA_SF
      DCAhr acc32 Ah *DCAhr_SF
      DCV int16 V *DCV_SF
      Tmp int16 C
      InDCA_SF sunssf
      InDCAhr_SF sunssf
      string rest {
        InID uint16!
        InEvt bitfield32!
        InEvtVnd bitfield32
        InDCA int16! A *InDCA_SF
        InDCAhr acc32 Ah *InDCAhr_SF
      }
  `,
  502: `
      A_SF sunssf
      V_SF sunssf
      W_SF sunssf
      Wh_SF sunssf
      Stat enum16!
      StatVend enum16
      Evt bitfield32!
      EvtVend bitfield32
      Ctl enum16 rw
      CtlVend enum32 rw
      CtlVal int32 rw
      Tms uint32 Secs
      OutA int16 A *A_SF
      OutV int16 V *V_SF
      OutWh acc32 Wh *Wh_SF
      OutPw int16 W *W_SF
      Tmp int16 C
      InA int16 A *A_SF
      InV int16 V *V_SF
      InWh acc32 Wh *Wh_SF
      InW int16 W *W_SF
  `,
  714: `
      PrtAlrms bitfield32
      NPrt uint16
      DCA int16 A *DCA_SF
      DCW int16 W *DCW_SF
      DCWhInj uint64 Wh *DCWH_SF
      DCWhAbs uint64 Wh *DCWH_SF
      DCA_SF sunssf
      DCV_SF sunssf
      DCW_SF sunssf
      DCWH_SF sunssf
      Tmp_SF sunssf
      Prt NPrt {
        PrtTyp enum16
        ID uint16
        IDStr string:8
        DCA int16 A *DCA_SF
        DCV uint16 V *DCV_SF
        DCW int16 W *DCW_SF
        DCWhInj uint64 Wh *DCWH_SF
        DCWhAbs uint64 Wh *DCWH_SF
        Tmp int16 C *Tmp_SF
        DCSta enum16
        DCAlrm bitfield32
      }
  `,
};
