using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>The servers that this process runs. They end with it, and their sockets go.</summary>
internal static class RunningServers
{
    private static readonly Dictionary<int, VmaNbdServer> Servers = [];

    static RunningServers() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        foreach (VmaNbdServer server in All())
        {
            server.Stop();
        }
    };

    public static void Add(VmaNbdServer server)
    {
        lock (Servers)
        {
            Servers.Add(server.ServerId, server);
        }
    }

    public static void Remove(VmaNbdServer server)
    {
        lock (Servers)
        {
            Servers.Remove(server.ServerId);
        }
    }

    public static VmaNbdServer? Find(int id)
    {
        lock (Servers)
        {
            return Servers.TryGetValue(id, out VmaNbdServer? server) ? server : null;
        }
    }

    public static VmaNbdServer[] All()
    {
        lock (Servers)
        {
            return [.. Servers.Values.OrderBy(static s => s.ServerId)];
        }
    }
}
